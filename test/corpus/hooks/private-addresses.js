// Requests to loopback, private and metadata addresses by every client: each sees why it was refused.
const axios = require('axios');
const http = require('http');
const request = require('request');
const nodeFetch = require('node-fetch');

module.exports = async function (client, scope, audience, context, cb) {
  const url = context.webtask.secrets.API_URL;
  const codes = [
    await fetch(url).catch((e) => [e.message, e.cause.code]),
    await axios.get(url).catch((e) => e.code),
    await nodeFetch(url).catch((e) => e.code),
    await new Promise((resolve) => request(url, (e) => resolve(e.code))),
    await new Promise((resolve) => http.get(url).on('error', (e) => resolve(e.code))),
  ];
  const addresses = ['169.254.169.254', '10.0.0.1', '192.168.1.1', '[::1]', '0.0.0.0', '2130706433', 'localhost'];
  for (const host of addresses) codes.push(await fetch(`http://${host}:9/`).catch((e) => e.cause.code));
  cb(null, { 'https://orders.example.com/codes': codes });
};
