// Action: settings made once, when the file is loaded.
const config = (() => Object.freeze({ issuer: 'orders', ttl: 15 * 60 }))();

exports.onExecuteCredentialsExchange = async (event, api) => {
  const { issuer, ttl } = config;
  api.accessToken.setCustomClaim('https://orders.example.com/config', [issuer, ttl, Object.isFrozen(config)]);
};
