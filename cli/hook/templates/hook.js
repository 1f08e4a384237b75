// Runs whenever a client asks for an access token by the client-credentials grant, before the token is signed.
//
//   client    { id, name, tenant, metadata }; the values of metadata are strings
//   scope     the granted scopes; undefined when there are none
//   audience  identifier of the API that the token is for
//   context   body: the parameters of the token request; webtask.secrets: the hook's secrets
//   cb        to be called once: cb(null, claims) or cb(error)

/** @type {import('hookmint/types').ClientCredentialsExchangeHook} */
module.exports = function (client, scope, audience, context, cb) {
  // An error of these classes refuses the token with a 400: InvalidScopeError, InvalidRequestError. Any other is a 500.
  if (client.metadata.suspended === 'true') {
    return cb(new InvalidRequestError('This client is suspended.'));
  }

  const claims = {};

  // Without this line the token has no scopes at all.
  claims.scope = scope;

  // Names of claims are http(s) URLs. Nothing has to be there.
  claims['https://example.com/plan'] = client.metadata.plan;

  console.log('a token for', client.name);
  cb(null, claims);
};
