// Verifies `subject_token` with jsonwebtoken and a key of a JWKS by jwks-rsa, all required inside of the function.
module.exports = function (client, scope, audience, context, cb) {
  const jwt = require('jsonwebtoken');
  const jwksClient = require('jwks-rsa');

  const jwks = jwksClient({ jwksUri: context.webtask.secrets.API_URL + '/jwks', cache: true, rateLimit: true });
  function getKey(header, callback) {
    jwks.getSigningKey(header.kid, function (err, key) {
      if (err) return callback(err);
      callback(null, key.publicKey || key.rsaPublicKey || key.getPublicKey());
    });
  }

  const options = { algorithms: ['RS256'], issuer: 'https://issuer.example.com/' };
  jwt.verify(context.body.subject_token, getKey, options, function (err, decoded) {
    if (err) return cb(new InvalidRequestError('subject_token: ' + err.message));
    cb(null, { scope: scope, 'https://orders.example.com/user': decoded.sub });
  });
};
