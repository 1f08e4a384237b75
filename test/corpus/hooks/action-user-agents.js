// Action: old versions of an SDK are turned away.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const [, major] = /^orders-sdk\/(\d+)/.exec(event.request.user_agent ?? '') ?? [];
  if (Number(major) < 2) return api.access.deny('invalid_request', 'Update orders-sdk to version 2.');
  api.accessToken.setCustomClaim('https://orders.example.com/sdk', major ?? 'none');
};
