// Claim values of every kind that JSON has, and of some that it has not.
module.exports = function (client, scope, audience, context, cb) {
  const ns = 'https://orders.example.com/';
  const token = {};
  token[ns + 'string'] = 'grüße, 世界 🌍';
  token[ns + 'number'] = 1.5e300;
  token[ns + 'nan'] = NaN;
  token[ns + 'null'] = null;
  token[ns + 'false'] = false;
  token[ns + 'date'] = new Date(Date.UTC(2020, 1, 29));
  token[ns + 'array'] = [undefined, () => 1, Symbol('s')];
  token[ns + 'undefined'] = undefined;
  token[ns + 'map'] = new Map([['lost', 1]]);
  token[ns + 'toJSON'] = { toJSON: () => ({ as: 'json' }) };
  cb(null, token);
};
