// Action: a chain of promises in the place of await.
exports.onExecuteCredentialsExchange = (event, api) =>
  fetch(event.secrets.API_URL + '/users')
    .then((response) => response.json())
    .then(({ roles }) => api.accessToken.setCustomClaim('https://orders.example.com/roles', roles.length))
    .catch((error) => api.access.deny('server_error', error.message));
