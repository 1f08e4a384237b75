// Action: a JWT within the token.
const jwt = require('jsonwebtoken');

exports.onExecuteCredentialsExchange = async (event, api) => {
  const inner = jwt.sign({ for: event.client.name }, event.secrets.API_KEY, { expiresIn: '5m', issuer: 'orders' });
  const { for: name, iss, exp, iat } = jwt.verify(inner, event.secrets.API_KEY);
  api.accessToken.setCustomClaim('https://orders.example.com/inner', [name, iss, exp - iat]);
};
