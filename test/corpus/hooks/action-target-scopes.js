// Action: target scopes, which only ever narrow what was granted.
exports.onExecuteCredentialsExchange = async (event, api) => {
  switch (event.request.body.how) {
    case 'remove':
      return api.transaction.removeTargetScope('write:orders');
    case 'set':
      return api.transaction.setTargetScopes(['write:orders', 'admin:everything']);
    case 'clear':
      api.transaction.clearTargetScopes();
      return api.transaction.addTargetScope('read:orders');
    case 'requested':
      return api.transaction.setTargetScopes(event.transaction.requested_scopes);
    default:
      api.transaction.addTargetScope('admin:everything');
  }
};
