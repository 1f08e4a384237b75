// Action: no more scopes than were requested.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const { requested_scopes } = event.transaction;
  if (requested_scopes.length > 0) api.transaction.setTargetScopes(requested_scopes);
};
