// Action: JSON in a member of the metadata.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const { per_hour } = JSON.parse(event.client.metadata.limits);
  api.accessToken.setCustomClaim('https://orders.example.com/per_hour', per_hour.read);
};
