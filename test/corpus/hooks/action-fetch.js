// Action: modules required at the top, secrets, an awaited fetch and axios, and a denial when they fail.
const axios = require('axios');
const { createHmac } = require('crypto');

exports.onExecuteCredentialsExchange = async (event, api) => {
  try {
    const { roles } = await (await fetch(`${event.secrets.API_URL}/users`)).json();
    const { data } = await axios.get(`${event.secrets.API_URL}/${event.request.body.path ?? 'users'}`);
    api.accessToken.setCustomClaim('granted_roles', roles);
    api.accessToken.setCustomClaim('same', data.roles.join() === roles.join());
    api.accessToken.setCustomClaim('mac', createHmac('sha256', event.secrets.API_KEY).update('x').digest('hex').length);
  } catch (error) {
    api.access.deny('server_error', `roles: ${error.response?.status}`);
  }
};
