// `this` at the top is `module.exports`; in a plain function it is the global object.
var top = this === module.exports;
this.named = 'by this';

function self() {
  return this;
}

var named = module.exports.named;
module.exports = function (client, scope, audience, context, cb) {
  cb(null, {
    'https://orders.example.com/this': [top, named, self() === global, self.call(5) == 5, globalThis === global],
  });
};
