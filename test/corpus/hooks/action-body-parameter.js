// Action: a parameter of the request, checked before it is a claim.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const { country } = event.request.body;
  if (country === undefined) return;
  if (!/^[A-Z]{2}$/.test(country)) return api.access.deny('invalid_request', 'country must be two letters');
  api.accessToken.setCustomClaim('https://orders.example.com/country', country);
};
