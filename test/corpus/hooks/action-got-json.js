// Action: got, with its own parser.
const got = require('got');

exports.onExecuteCredentialsExchange = async (event, api) => {
  const { roles } = await got(`${event.secrets.API_URL}/users`).json();
  api.accessToken.setCustomClaim('https://orders.example.com/roles', roles);
};
