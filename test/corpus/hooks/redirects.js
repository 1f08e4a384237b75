// Redirects to addresses that are not allowed, followed by fetch, axios and request.
const axios = require('axios');
const request = require('request');

module.exports = async (client, scope, audience, context, cb) => {
  const url = `${context.webtask.secrets.API_URL}/redirect-to?to=`;
  const metadata = url + encodeURIComponent('http://169.254.169.254/latest/meta-data/');
  const codes = [
    await fetch(metadata).catch((e) => e.cause.code),
    await axios.get(metadata).catch((e) => e.code || e.cause.code),
    await new Promise((resolve) => request(metadata, (e) => resolve(e.code))),
    await fetch(url + encodeURIComponent('file:///etc/passwd')).catch((e) => e.name),
    await fetch(url + encodeURIComponent('/users')).then((response) => response.status),
  ];
  cb(null, { 'https://orders.example.com/codes': codes });
};
