// Action: an id of its own for each token.
exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('https://orders.example.com/id', crypto.randomUUID());
};
