// Prepares itself when it is loaded: a promise, and an interval that cleans a cache for ever.
const cache = new Map([['stale', 0]]);
setInterval(() => cache.delete('stale'), 5);
const ready = new Promise((resolve) => setTimeout(resolve, 10, 'ready'));
const loadedAt = Date.now();

module.exports = async (client, scope, audience, context, cb) => {
  const state = await ready;
  while (cache.has('stale')) await new Promise((resolve) => setTimeout(resolve, 5));
  cb(null, { scope, 'https://orders.example.com/loaded': [state, loadedAt <= Date.now(), typeof loadedAt] });
};
