// `request` with `rejectUnauthorized: false`, and `axios` with an agent, against a certificate that nobody signed.
module.exports = function (client, scope, audience, context, cb) {
  const request = require('request');
  const axios = require('axios');
  const https = require('https');
  const url = context.webtask.secrets.TLS_URL + '/users';
  request({ url, json: true, rejectUnauthorized: false }, async (err, response, body) => {
    if (err) return cb(err);
    try {
      const httpsAgent = new https.Agent({ rejectUnauthorized: false });
      const { data } = await axios.get(url, { httpsAgent });
      const refused = await axios.get(url).catch(() => 'refused');
      cb(null, { 'https://orders.example.com/tls': [body.roles, data.roles, refused] });
    } catch (e) {
      cb(e);
    }
  });
};
