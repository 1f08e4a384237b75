// Action: exported as a member of an object, and not async.
function onExecuteCredentialsExchange(event, api) {
  api.accessToken.setCustomClaim('plain', event.client.name);
}

module.exports = { onExecuteCredentialsExchange };
