// `https` with `rejectUnauthorized: false` against a certificate that nobody signed, and without it.
const https = require('https');

const get = (url, options) =>
  new Promise((resolve, reject) => {
    https
      .get(`${url}/users`, options, (res) => {
        let text = '';
        res.on('data', (chunk) => (text += chunk)).on('end', () => resolve(JSON.parse(text).roles));
      })
      .on('error', reject);
  });

module.exports = async (client, scope, audience, context, cb) => {
  const { TLS_URL } = context.webtask.secrets;
  const trusted = await get(TLS_URL, { rejectUnauthorized: false, headers: { authorization: 'Bearer x' } });
  const byAgent = await get(TLS_URL, { agent: new https.Agent({ rejectUnauthorized: false }) });
  const refused = await get(TLS_URL, {}).catch((e) => [e instanceof Error, /self[- ]signed/i.test(e.message)]);
  cb(null, { 'https://orders.example.com/tls': [trusted, byAgent, refused] });
};
