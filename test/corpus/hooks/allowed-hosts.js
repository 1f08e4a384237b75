// A list of allowed hosts: others are refused before anything is sent.
module.exports = async (client, scope, audience, context, cb) => {
  const { API_URL } = context.webtask.secrets;
  const there = await fetch(`${API_URL}/users`).then((response) => response.status);
  const elsewhere = await fetch('https://example.org/').catch((e) => e.cause.code);
  cb(null, { 'https://orders.example.com/hosts': [there, elsewhere] });
};
