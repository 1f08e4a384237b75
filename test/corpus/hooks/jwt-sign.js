// Signs a token of its own with jsonwebtoken, by a shared secret, and reads it again.
const jwt = require('jsonwebtoken');

module.exports = function (client, scope, audience, context, cb) {
  const secret = context.webtask.secrets.API_KEY;
  const token = jwt.sign({ cid: client.id, iat: 1700000000 }, secret, { algorithm: 'HS256' });
  const late = jwt.sign({ exp: 1 }, secret);
  const errors = [];
  for (const [value, key] of [
    [token, 'another secret'],
    [late, secret],
    ['a.b', secret],
  ]) {
    try {
      jwt.verify(value, key);
    } catch (e) {
      errors.push([e.name, e.message, e instanceof jwt.JsonWebTokenError]);
    }
  }
  cb(null, {
    'https://orders.example.com/signed': [
      jwt.verify(token, secret),
      jwt.decode(token, { complete: true }).header,
      errors,
    ],
  });
};
