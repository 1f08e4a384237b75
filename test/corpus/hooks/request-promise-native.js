// `request-promise-native` with `simple` and `resolveWithFullResponse`.
const rp = require('request-promise-native');

module.exports = async (client, scope, audience, context, cb) => {
  const uri = context.webtask.secrets.API_URL;
  const users = await rp({ uri: `${uri}/users`, json: true });
  const failure = await rp({ uri: `${uri}/broken` }).catch((e) => [e.name, e.statusCode]);
  const full = await rp({ uri: `${uri}/broken`, simple: false, resolveWithFullResponse: true });
  cb(null, { 'https://orders.example.com/seen': [users.roles, failure, full.statusCode] });
};
