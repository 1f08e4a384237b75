// `async` and `bluebird`, of the time before promises were in the language.
const async = require('async');
const Promise = require('bluebird');

module.exports = function (client, scope, audience, context, cb) {
  async.waterfall(
    [
      (next) => setTimeout(next, 1, null, 1),
      (n, next) => next(null, n + 1),
      (n, next) =>
        async.parallel({ a: async.constant('a'), b: (done) => setImmediate(done, null, 'b') }, (e, r) =>
          next(e, { n, ...r }),
        ),
    ],
    function (err, result) {
      if (err) return cb(err);
      Promise.map([1, 2, 3], (n) => Promise.delay(1).return(n * 2), { concurrency: 2 })
        .tap((list) => list.push('tapped'))
        .asCallback((error, list) => cb(error, { 'https://orders.example.com/result': [result, list] }));
    },
  );
};
