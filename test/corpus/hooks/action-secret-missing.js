// Action: a denial where a secret was forgotten.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const { NOT_SET } = event.secrets;
  if (!NOT_SET) return api.access.deny('server_error', 'The Action is not configured.');
};
