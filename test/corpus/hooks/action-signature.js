// Action: a claim that the API can check by a shared secret.
const crypto = require('crypto');

exports.onExecuteCredentialsExchange = async (event, api) => {
  const subject = `${event.client.client_id}:${event.resource_server.identifier}`;
  const mac = crypto.createHmac('sha512', event.secrets.API_KEY).update(subject).digest('base64url');
  api.accessToken.setCustomClaim('https://orders.example.com/mac', mac);
};
