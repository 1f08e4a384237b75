// Action: members of the transaction that may be absent.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const { correlation_id = 'none', requested_scopes, target_scopes } = event.transaction;
  api.accessToken.setCustomClaim('https://orders.example.com/transaction', [
    correlation_id,
    requested_scopes.length,
    target_scopes.length,
  ]);
};
