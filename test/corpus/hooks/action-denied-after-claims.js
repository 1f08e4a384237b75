// Action: claims before a denial do not count.
exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('https://orders.example.com/lost', true);
  api.transaction.clearTargetScopes();
  api.access.deny('invalid_scope', 'first');
  api.access.deny('server_error', 'second');
};
