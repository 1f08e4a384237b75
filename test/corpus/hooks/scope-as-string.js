// The scopes as one string, as a token has them: no array of strings, so there are none.
module.exports = function (client, scope, audience, context, cb) {
  cb(null, { scope: scope.join(' '), 'https://orders.example.com/asked': scope.join(' ') });
};
