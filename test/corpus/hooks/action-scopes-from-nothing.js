// Action: all scopes off, then those that are wanted.
exports.onExecuteCredentialsExchange = async (event, api) => {
  api.transaction.clearTargetScopes();
  ['write:orders', 'delete:orders'].forEach((scope) => api.transaction.addTargetScope(scope));
};
