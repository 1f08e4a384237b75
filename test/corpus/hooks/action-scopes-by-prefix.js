// Action: only scopes of one verb.
exports.onExecuteCredentialsExchange = async (event, api) => {
  for (const scope of event.accessToken.scope) {
    if (!scope.startsWith('read:')) api.transaction.removeTargetScope(scope);
  }
};
