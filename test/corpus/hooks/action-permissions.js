// Action: a claim made of the scopes.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const permissions = event.accessToken.scope.map((scope) => scope.split(':').reverse().join('.'));
  api.accessToken.setCustomClaim('https://orders.example.com/permissions', permissions);
};
