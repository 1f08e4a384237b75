// `node-fetch` 2: json(), headers, URLSearchParams as a body, its own AbortController signal.
const fetch = require('node-fetch');

module.exports = async (client, scope, audience, context, cb) => {
  const url = context.webtask.secrets.API_URL;
  const response = await fetch(`${url}/users`, { headers: { 'x-api-key': 'k' } });
  const { roles } = await response.json();
  const posted = await (await fetch(`${url}/echo`, { method: 'POST', body: new URLSearchParams({ a: 'b c' }) })).json();
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  const aborted = await fetch(`${url}/slow`, { signal: controller.signal }).catch((e) => e.name);
  const broken = await fetch(`${url}/broken`);
  const zipped = await (await fetch(`${url}/gzip`)).json();
  cb(null, {
    'https://orders.example.com/seen': [
      response.ok,
      response.headers.get('content-type'),
      roles,
      posted.body,
      posted.headers['content-type'],
      aborted,
      [broken.ok, broken.status],
      zipped,
    ],
  });
};
