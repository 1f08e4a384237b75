// Action: addresses that get no token.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const blocked = (event.request.body.blocked ?? '').split(',');
  if (blocked.includes(event.request.ip)) return api.access.deny('invalid_request', 'blocked');
  api.accessToken.setCustomClaim('https://orders.example.com/from', event.request.ip);
};
