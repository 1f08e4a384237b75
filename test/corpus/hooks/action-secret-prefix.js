// Action: the namespace of claims in a secret.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const prefix = event.secrets.API_KEY.slice(0, 3);
  api.accessToken.setCustomClaim(`https://${prefix}.example.com/plan`, event.client.metadata.plan);
};
