// Action: an upstream token, kept in api.cache.
exports.onExecuteCredentialsExchange = async (event, api) => {
  let record = api.cache.get('upstream');
  if (!record) {
    const { access_token, expires_in } = await (
      await fetch(`${event.secrets.API_URL}/oauth/token`, { method: 'POST' })
    ).json();
    const set = api.cache.set('upstream', access_token, { ttl: expires_in * 1000 });
    if (set.type === 'error') return api.access.deny('server_error', set.code);
    record = set.record;
  }
  api.accessToken.setCustomClaim('https://orders.example.com/upstream', [record.value, record.expires_at > Date.now()]);
};
