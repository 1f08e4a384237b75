// Action: everything that `event` tells.
exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('event', { ...event, secrets: Object.keys(event.secrets).sort() });
};
