// `module.exports` assigned twice: the last one counts; and read in between.
module.exports = function (client, scope, audience, context, cb) {
  cb(new Error('the first one'));
};
var first = module.exports;
module.exports = exports = function second(client, scope, audience, context, cb) {
  cb(null, {
    scope: scope,
    'https://orders.example.com/which': [
      second.name,
      first !== second,
      exports === module.exports,
      typeof require,
      typeof __dirname,
    ],
  });
};
