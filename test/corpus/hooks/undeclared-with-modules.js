// An undeclared variable and a boxed `this` beside a `require`: sloppy mode in a bundle too.
'use strict';
function sloppy() {
  return typeof this === 'object' && this;
}

module.exports = function (client, scope, audience, context, cb) {
  lodash = require('lodash');
  (function () {
    unscoped = this === globalThis;
  })();
  cb(null, { scope: scope, 'https://orders.example.com/sloppy': [lodash.last(scope), unscoped, sloppy.call(1) == 1] });
};
