// Action: console output in every level, which changes nothing.
exports.onExecuteCredentialsExchange = async (event, api) => {
  console.log('event', JSON.stringify(event.client));
  console.info('%s asks for %o', event.client.name, event.accessToken.scope);
  console.warn(new Error('only shown'));
  console.debug({ nested: { deep: [1, 2, 3] } });
  api.accessToken.setCustomClaim('https://orders.example.com/logged', true);
};
