// Action: a value that is not there is no claim.
exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('https://orders.example.com/gone', event.client.metadata.nothing);
  api.accessToken.setCustomClaim('https://orders.example.com/there', 1);
};
