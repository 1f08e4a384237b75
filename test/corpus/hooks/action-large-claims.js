// Action: a list of some hundred entries.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const features = Array.from({ length: 300 }, (_, i) => `feature-${i}`);
  api.accessToken.setCustomClaim('https://orders.example.com/features', features);
};
