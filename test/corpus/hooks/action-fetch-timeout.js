// Action: a slow server is not waited for.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const roles = await fetch(`${event.secrets.API_URL}/slow`, { signal: AbortSignal.timeout(50) })
    .then((response) => response.json())
    .catch((error) => error.name);
  api.accessToken.setCustomClaim('https://orders.example.com/roles', roles);
};
