// Action: denies with each code.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const { code, reason } = event.request.body;
  if (code === undefined) return;
  if (reason === undefined) return api.access.deny(code);
  api.access.deny(code, reason);
  api.accessToken.setCustomClaim('never', 'seen');
};
