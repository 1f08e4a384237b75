// Action: a list in the metadata, sorted and joined.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const tenants = JSON.parse(event.client.metadata.tenants ?? '[]').sort();
  api.accessToken.setCustomClaim('https://orders.example.com/tenants', tenants.join(' '));
};
