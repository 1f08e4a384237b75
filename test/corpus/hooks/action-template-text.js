// Action: a text made of several lines.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const { name, metadata } = event.client;
  const text = `${name}
    plan: ${metadata.plan.toUpperCase()}`
    .split('\n')
    .map((line) => line.trim());
  api.accessToken.setCustomClaim('https://orders.example.com/text', text);
};
