// Secrets by `context.webtask.secrets` and `context.webtask.data`, and what else the webtask context has.
module.exports = function (client, scope, audience, context, cb) {
  const { secrets, data, body, headers, query, params, meta } = context.webtask;
  const kinds = [headers, query, params, meta].map((part) => typeof part);
  cb(null, {
    'https://orders.example.com/secrets': [
      secrets.API_KEY === data.API_KEY,
      secrets.API_KEY.length,
      context.secrets === undefined,
      Object.keys(secrets).sort(),
      kinds,
      Object.keys(body).sort(),
    ],
  });
};
