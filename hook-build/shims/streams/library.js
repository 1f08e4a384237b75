// readable-stream, whose errors are thrown without `new` in places where Node's can be.
const { codes } = require('readable-stream/lib/ours/errors.js');
for (const [code, Class] of Object.entries(codes)) {
  codes[code] = new Proxy(Class, { apply: (target, _self, args) => new target(...args) });
}

/** @type {any} */
const stream = require('readable-stream/lib/stream.js');
module.exports = stream;
