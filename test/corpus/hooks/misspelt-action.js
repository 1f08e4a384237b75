// An Action whose function has almost the right name.
exports.onExecuteCredentialExchange = async (event, api) => {
  api.accessToken.setCustomClaim('https://orders.example.com/plan', event.client.metadata.plan);
};
