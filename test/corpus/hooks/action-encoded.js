// Action: base64 of what is not for headers.
exports.onExecuteCredentialsExchange = async (event, api) => {
  const encoded = Buffer.from(JSON.stringify({ name: event.client.name })).toString('base64');
  const { name } = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  api.accessToken.setCustomClaim('https://orders.example.com/encoded', [encoded, name]);
};
