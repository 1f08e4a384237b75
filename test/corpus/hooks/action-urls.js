// Action: parts of the API's identifier.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const { hostname, protocol } = new URL(event.resource_server.identifier);
  const query = new URLSearchParams({ client: event.client.name, n: 1 }).toString();
  api.accessToken.setCustomClaim('https://orders.example.com/url', [hostname, protocol, query]);
};
