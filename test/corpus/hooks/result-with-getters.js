// A result of getters, a Proxy and an object without prototype.
module.exports = function (client, scope, audience, context, cb) {
  var token = Object.create(null);
  Object.defineProperty(token, 'https://orders.example.com/getter', { enumerable: true, get: () => client.name });
  Object.defineProperty(token, 'https://orders.example.com/hidden', { enumerable: false, value: 1 });
  token['https://orders.example.com/proxy'] = new Proxy({ a: 1 }, { get: (o, k) => (k in o ? o[k] + 1 : undefined) });
  token.scope = new Proxy(scope, {});
  cb(null, token);
};
