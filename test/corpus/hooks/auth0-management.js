// The auth0 SDK: a token of the Management API from the tenant, then a call with it.
module.exports = async function (client, scope, audience, context, cb) {
  const { AuthenticationClient, ManagementClient } = require('auth0');
  const { TLS_URL, API_KEY } = context.webtask.secrets;
  // A tenant of one's own behind a certificate of one's own.
  const https = require('https');
  const fetch = (url, init) =>
    require('node-fetch')(url, { ...init, agent: new https.Agent({ rejectUnauthorized: false }) });
  const domain = new URL(TLS_URL).host;
  try {
    const auth0 = new AuthenticationClient({ domain, clientId: 'mgmt', clientSecret: API_KEY, fetch });
    const { data } = await auth0.oauth.clientCredentialsGrant({ audience: `https://${domain}/api/v2/` });
    const management = new ManagementClient({ domain, token: data.access_token, fetch });
    const found = await management.clients.get({ client_id: client.id });
    cb(null, { scope, 'https://orders.example.com/managed': [data.token_type, found.data.name] });
  } catch (e) {
    cb(new ServerError(`${e.name}: ${e.message}`));
  }
};
