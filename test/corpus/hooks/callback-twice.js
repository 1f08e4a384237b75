// Forgets the `return`, so `cb` is called twice: the first one counts.
module.exports = function (client, scope, audience, context, cb) {
  if (client.metadata.plan === 'full') cb(null, { 'https://orders.example.com/call': 'first' });
  cb(null, { 'https://orders.example.com/call': 'second' });
};
