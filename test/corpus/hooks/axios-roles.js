// `axios`: GET with params, POST of JSON, an instance with defaults and an interceptor.
const axios = require('axios');

module.exports = async (client, scope, audience, context, cb) => {
  const api = axios.create({ baseURL: context.webtask.secrets.API_URL, timeout: 5000, headers: { 'X-Api-Key': 'k' } });
  api.interceptors.response.use((response) => ({ ...response, intercepted: true }));
  try {
    const users = await api.get('/users', { params: { client: client.id } });
    const { data } = await api.post('/echo', { client: client.id });
    const redirected = await api.get('/redirect');
    cb(null, {
      scope,
      'https://orders.example.com/seen': [
        users.status,
        users.intercepted,
        users.data.roles,
        [data.method, data.body, data.headers['x-api-key'], data.headers['content-type']],
        redirected.data.url,
      ],
    });
  } catch (e) {
    cb(e);
  }
};
