// Action: APIs that a client may ask for, else a denial.
const ALLOWED = new Set(['https://orders.example.com/']);

exports.onExecuteCredentialsExchange = async (event, api) => {
  if (!ALLOWED.has(event.resource_server.identifier)) {
    return api.access.deny('invalid_request', `${event.client.name} may not ask for this API`);
  }
  api.accessToken.setCustomClaim('https://orders.example.com/allowed', true);
};
