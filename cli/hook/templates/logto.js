// Runs whenever a client asks for an access token by the client-credentials grant, before the token is signed: Logto's script, as it is.
//
//   token                 aud, scope, clientId, kind
//   context               application: id, name, customData and more
//   environmentVariables  the hook's secrets
//   api                   denyAccess(message)

/** @type {import('hookmint/types').LogtoScript} */
const getCustomJwtClaims = async ({ token, context, api }) => {
  // Refuses the token: 400 access_denied.
  if (context.application.customData.suspended === 'true') api.denyAccess('This client is suspended.');

  console.log('a token for', token.clientId);

  return { plan: context.application.customData.plan };
};
