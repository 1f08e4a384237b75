// `axios` and what goes wrong: a status, a timeout, an abort.
const axios = require('axios');

module.exports = async (client, scope, audience, context, cb) => {
  const url = context.webtask.secrets.API_URL;
  const status = await axios.get(`${url}/broken`).catch((e) => [e.isAxiosError, e.response.status, e.response.data]);
  const slow = await axios.get(`${url}/slow`, { timeout: 30 }).catch((e) => e.code);
  const aborted = await axios.get(`${url}/slow`, { signal: AbortSignal.timeout(30) }).catch((e) => e.code);
  const passed = await axios.get(`${url}/broken`, { validateStatus: () => true });
  cb(null, { 'https://orders.example.com/errors': [status, slow, aborted, passed.status] });
};
