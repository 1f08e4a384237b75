// `global` as a cache between runs, with an expiry.
module.exports = function (client, scope, audience, context, cb) {
  global.cache = global.cache || {};
  var entry = global.cache[client.id];
  if (!entry || entry.expires < Date.now()) {
    entry = global.cache[client.id] = { value: 'computed', hits: 0, expires: Date.now() + 60000 };
  }
  entry.hits++;
  cb(null, { 'https://orders.example.com/cached': [entry.value, entry.hits] });
};
