// Reads and writes process.env, which is empty and the hook's own.
process.env.STAGE = process.env.STAGE || 'production';

module.exports = function (client, scope, audience, context, cb) {
  process.env.RUNS = Number(process.env.RUNS || 0) + 1;
  var before = Object.keys(process.env).sort();
  delete process.env.GONE;
  cb(null, {
    'https://orders.example.com/env': [
      before,
      process.env.STAGE,
      process.env.RUNS,
      typeof process.env.HOME,
      process.version.split('.')[0],
    ],
  });
};
