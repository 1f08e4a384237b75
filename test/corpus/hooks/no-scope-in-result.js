// Claims only, no `scope` in the result: the token loses its scopes.
module.exports = function (client, scope, audience, context, cb) {
  cb(null, { 'https://orders.example.com/client': client.name });
};
