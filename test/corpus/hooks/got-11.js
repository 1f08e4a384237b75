// `got` 11: json(), searchParams, an HTTPError, retries switched off.
const got = require('got');

module.exports = async (client, scope, audience, context, cb) => {
  const api = got.extend({ prefixUrl: context.webtask.secrets.API_URL, retry: 0, responseType: 'json' });
  try {
    const { body } = await api('users', { searchParams: { client: client.id } });
    const echoed = await api.post('echo', { json: { hello: 'there' } }).json();
    const failure = await api('broken').catch((e) => [e.name, e.response.statusCode]);
    const slow = await api('slow', { timeout: 50 }).catch((e) => e.name);
    cb(null, { 'https://orders.example.com/seen': [body.roles, echoed.body, failure, slow] });
  } catch (e) {
    cb(e);
  }
};
