// Concurrent runs wait for one shared request, then each makes one of its own.
let pending;

module.exports = async (client, scope, audience, context, cb) => {
  const { API_URL } = context.webtask.secrets;
  pending ??= fetch(`${API_URL}/users`).then((response) => response.json());
  const { roles } = await pending;
  const own = await fetch(`${API_URL}/echo?q=${context.body.q}`);
  cb(null, { 'https://orders.example.com/seen': [roles, (await own.json()).url] });
};
