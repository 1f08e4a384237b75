// Runs whenever a client asks for an access token by the client-credentials grant, before the token is signed.
//
//   event  client, request, resource_server, secrets, tenant, transaction, accessToken
//   api    access.deny, accessToken.setCustomClaim, transaction, cache

/** @type {import('hookmint/types').CredentialsExchangeAction} */
exports.onExecuteCredentialsExchange = async (event, api) => {
  // Refuses the token: invalid_scope and invalid_request are a 400, server_error is a 500.
  if (event.client.metadata.suspended === 'true') {
    api.access.deny('invalid_request', 'This client is suspended.');
    return;
  }

  // The granted scopes stay unless they are taken away.
  // api.transaction.removeTargetScope('write:data');

  api.accessToken.setCustomClaim('https://example.com/plan', event.client.metadata.plan);

  console.log('a token for', event.client.name);
};
