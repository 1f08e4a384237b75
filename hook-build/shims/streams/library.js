// readable-stream, whose errors are thrown without `new` in places where Node's can be.
const { codes } = require('readable-stream/lib/ours/errors.js');
const { invalidArgType } = require('../errors.js');

for (const [code, Class] of Object.entries(codes)) {
  codes[code] = new Proxy(Class, { apply: (target, _self, args) => new target(...args) });
}

const listed = (names) => names.join(', ').replace(/, ([^,]*)$/, names.length > 2 ? ', or $1' : ' or $1');
function expectedOf(kinds) {
  const names = [kinds].flat().flatMap((name) => (name === 'Uint8Array' ? ['TypedArray', 'DataView'] : [name]));
  const types = names.filter((name) => /^[a-z]/.test(name));
  const classes = names.filter((name) => /^[A-Z]/.test(name));
  const parts = [];
  if (types.length > 0) parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${listed(types)}`);
  if (classes.length > 0) parts.push(`an instance of ${listed(classes)}`);
  return parts.join(' or ');
}
// The library's own cannot say what some values are.
codes.ERR_INVALID_ARG_TYPE = /** @returns {any} */ function (name, kinds, value) {
  return invalidArgType(name, expectedOf(kinds), value);
};

/** @type {any} */
const stream = require('readable-stream/lib/stream.js');
module.exports = stream;
