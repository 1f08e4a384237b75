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
    case 'live': {
      const { transaction } = event;
      const seen = [transaction.target_scopes];
      api.transaction.removeTargetScope('read:orders').transaction.addTargetScope('write:orders');
      transaction.target_scopes.push('read:orders');
      seen.push(transaction.target_scopes);
      api.transaction.addTargetScope('admin:everything');
      seen.push(transaction.target_scopes);
      return api.accessToken.setCustomClaim('seen', seen);
    }
    default:
      api.transaction.addTargetScope('admin:everything');
  }
};
