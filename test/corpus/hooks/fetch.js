// The global fetch: GET, POST of JSON and of a form, status, redirects, headers, text and arrayBuffer.
module.exports = async function (client, scope, audience, context, cb) {
  const url = context.webtask.secrets.API_URL;
  try {
    const users = await fetch(new URL('/users', url), { headers: new Headers({ 'X-Api-Key': 'k' }) });
    const post = (body, headers) => fetch(`${url}/echo`, { method: 'POST', body, headers }).then((res) => res.json());
    const json = await post(JSON.stringify({ a: 1 }), { 'content-type': 'application/json' });
    const form = await post(new URLSearchParams({ grant: 'x y' }));
    const redirected = await fetch(`${url}/redirect`);
    const manual = await fetch(`${url}/redirect`, { redirect: 'manual' });
    const broken = await fetch(`${url}/broken`);
    cb(null, {
      scope,
      'https://orders.example.com/seen': [
        [users.ok, users.headers.get('Content-Type'), (await users.json()).roles],
        [json.body, json.headers['content-type']],
        [form.body, form.headers['content-type']],
        [redirected.redirected, (await redirected.json()).url],
        [manual.status, manual.headers.get('location')],
        [broken.ok, broken.status, await broken.text()],
      ],
    });
  } catch (error) {
    cb(error);
  }
};
