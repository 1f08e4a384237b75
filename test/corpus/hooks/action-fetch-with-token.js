// Action: a fetch with a header, and its answer as a claim.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const response = await fetch(`${event.secrets.API_URL}/echo`, {
    headers: { authorization: `Bearer ${event.secrets.API_KEY}` },
  });
  const { headers } = await response.json();
  api.accessToken.setCustomClaim('https://orders.example.com/sent', [response.status, headers.authorization.length]);
};
