// The rest of the webtask context: `id`, `body_raw`, `meta`, and `body`, which is what the vendor sent.
module.exports = function (client, scope, audience, context, cb) {
  const { id, body, body_raw, meta } = context.webtask;
  cb(null, {
    'https://orders.example.com/webtask': [
      typeof id,
      body_raw === JSON.stringify(body),
      typeof meta,
      [body.client.id, body.scope.length, body.audience],
    ],
  });
};
