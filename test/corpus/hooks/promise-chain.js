// Promises chained with `then`, `all`, `race`, `allSettled`, `any`.
module.exports = function (client, scope, audience, context, cb) {
  var later = function (ms, value) {
    return new Promise(function (resolve) {
      setTimeout(resolve, ms, value);
    });
  };
  Promise.all([later(3, 'a'), later(1, 'b'), 'c'])
    .then(function (all) {
      return Promise.all([
        all,
        Promise.race([later(200, 'slow'), later(1, 'fast')]),
        Promise.allSettled([Promise.reject(new Error('no')), 1]).then((r) => r.map((one) => one.status)),
        Promise.any([Promise.reject(new Error('no')), later(1, 'any')]),
      ]);
    })
    .then(function (seen) {
      cb(null, { 'https://orders.example.com/seen': seen });
    })
    .catch(cb);
};
