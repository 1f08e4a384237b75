// Action: what can be had of several sources.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const results = await Promise.allSettled([
    Promise.resolve('a'),
    Promise.reject(new Error('b')),
    fetch(event.secrets.DEAD_URL),
  ]);
  api.accessToken.setCustomClaim(
    'https://orders.example.com/had',
    results.map(({ status, value }) => value ?? status),
  );
};
