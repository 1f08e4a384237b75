// Action: api.cache across runs, with a time to live and its limits.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const cached = api.cache.get('token');
  const runs = cached ? Number(cached.value) + 1 : 1;
  const set = api.cache.set('token', String(runs), { ttl: 60000 });
  const gone = api.cache.set('gone', 'x');
  api.cache.delete('gone');
  api.accessToken.setCustomClaim('cache', [
    cached ? [cached.value, cached.expires_at > Date.now(), cached.expires_at <= Date.now() + 60000] : null,
    set.type,
    gone.type,
    api.cache.get('gone') === undefined,
    api.cache.set('k'.repeat(65), 'x').type,
    api.cache.set('big', 'x'.repeat(4097)).type,
  ]);
};
