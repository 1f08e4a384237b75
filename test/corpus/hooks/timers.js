// setTimeout, setImmediate, setInterval, process.nextTick and queueMicrotask, and their clearing.
module.exports = function (client, scope, audience, context, cb) {
  const seen = [];
  const never = setTimeout(() => seen.push('never'), 1);
  clearTimeout(never);
  clearImmediate(setImmediate(() => seen.push('never')));
  process.nextTick((word) => seen.push(word), 'tick');
  queueMicrotask(() => seen.push('microtask'));
  setImmediate(
    (...args) => {
      seen.push(...args);
      let rounds = 0;
      const interval = setInterval(() => {
        seen.push(`round ${++rounds}`);
        if (rounds === 3) {
          clearInterval(interval);
          setTimeout((last) => cb(null, { 'https://orders.example.com/seen': [...seen, last] }), 5, 'timeout');
        }
      }, 2);
      interval.unref().ref();
    },
    'immediate',
    1,
  );
};
