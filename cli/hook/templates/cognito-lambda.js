// Runs whenever a client asks for an access token by the client-credentials grant, before the token is signed: Cognito's pre token
// generation Lambda (V3), as it is.
//
//   event    version, triggerSource, userPoolId, userName, callerContext, request (scopes, clientMetadata), response
//   context  getRemainingTimeInMillis() and the rest of Lambda's
//   process.env  the hook's secrets

/** @type {import('hookmint/types').CognitoLambda} */
exports.handler = async (event) => {
  // What is thrown refuses the token: 400 invalid_request.
  if (event.request.clientMetadata.suspended === 'true') throw new Error('this client is suspended');

  console.log('a token for', event.callerContext.clientId);

  event.response.claimsAndScopeOverrideDetails = {
    accessTokenGeneration: {
      claimsToAddOrOverride: { tenant: event.request.clientMetadata.tenant ?? 'none' },
      scopesToSuppress: [],
    },
  };
  return event;
};
