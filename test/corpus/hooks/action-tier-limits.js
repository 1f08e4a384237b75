// Action: numbers of a plan, looked up in a table.
const LIMITS = {
  free: { perMinute: 10, burst: 1 },
  full: { perMinute: 600, burst: 50 },
};

exports.onExecuteCredentialsExchange = async (event, api) => {
  const limits = LIMITS[event.client.metadata.plan] || LIMITS.free;
  api.accessToken.setCustomClaim('https://orders.example.com/limits', limits);
};
