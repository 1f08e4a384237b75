// Calls `cb` first and sends its audit record afterwards, waiting for neither answer nor error.
const https = require('https');
const request = require('request');

module.exports = function (client, scope, audience, context, cb) {
  const { API_URL, TLS_URL } = context.webtask.secrets;
  cb(null, { scope: scope });
  request.post({ url: `${API_URL}/record/request`, json: { client: client.id } });
  fetch(`${API_URL}/record/fetch`, { method: 'POST', body: client.id }).catch(() => undefined);
  setTimeout(() => {
    https.request(`${TLS_URL}/record/https`, { method: 'POST', rejectUnauthorized: false }).end(client.id);
  }, 20);
};
