// Token exchange of the poor: reads `subject_token` of the token request and puts its claims into the token.
module.exports = function (client, scope, audience, context, cb) {
  const body = context.body;
  if (!body.subject_token) return cb(new InvalidRequestError('subject_token is required'));
  if (body.subject_token_type !== 'urn:ietf:params:oauth:token-type:jwt') {
    return cb(new InvalidRequestError('unsupported subject_token_type: ' + body.subject_token_type));
  }
  const parts = body.subject_token.split('.');
  const claims = JSON.parse(Buffer.from(parts[1], 'base64').toString('utf8'));
  const token = { scope: scope };
  token['https://orders.example.com/on_behalf_of'] = claims.sub;
  token['https://orders.example.com/state'] = body.state;
  cb(null, token);
};
