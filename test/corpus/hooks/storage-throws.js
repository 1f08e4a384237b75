// Throws in a callback of webtask.storage.
module.exports = function (client, scope, audience, context, cb) {
  context.webtask.storage.get(function (error, data) {
    cb(null, { 'https://orders.example.com/never': data.never.stored });
  });
};
