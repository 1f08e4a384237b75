// webtask.storage without `force`: what another run has stored since is a conflict, to be read again and retried.
module.exports = function (client, scope, audience, context, cb) {
  var storage = context.webtask.storage;
  var conflicts = 0;
  var first = true;
  (function attempt() {
    storage.get(function (error, data) {
      if (error) return cb(error);
      var stored = { counter: ((data && data.counter) || 0) + 1 };
      var store = function () {
        storage.set(stored, function (error) {
          if (error && ++conflicts < 5) return attempt();
          if (error) return cb(error);
          cb(null, { 'https://orders.example.com/counted': [stored.counter, conflicts > 0 ? 'retried' : 'at once'] });
        });
      };
      // The slow one comes to write after the quick one has.
      setTimeout(store, first && context.body.pace === 'slow' ? 500 : 0);
      first = false;
    });
  })();
};
