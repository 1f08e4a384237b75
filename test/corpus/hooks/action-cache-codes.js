// Action: the errors of api.cache, by their codes.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const codes = [
    api.cache.set('k', 'v', { expires_at: Date.now() - 1 }),
    api.cache.set('k', 'v', { ttl: 'soon' }),
    api.cache.set('k'.repeat(65), 'v'),
    api.cache.set('k', 'v'.repeat(4097)),
    api.cache.delete('nothing'),
  ].map(({ type, code }) => `${type} ${code}`);
  const { record } = api.cache.set('k', 'v', { ttl: 3600000, expires_at: Date.now() + 1000 });
  api.accessToken.setCustomClaim('https://orders.example.com/codes', [
    ...codes,
    record.expires_at <= Date.now() + 1000,
  ]);
};
