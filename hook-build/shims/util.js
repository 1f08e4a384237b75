const base = require('util/');
const types = require('./util-types.js');

// The symbol is Node's own: libraries and the runtime's timers have it too.
const CUSTOM = Symbol.for('nodejs.util.promisify.custom');

function promisify(original) {
  const custom = original?.[CUSTOM];
  if (custom === undefined) return base.promisify(original);
  if (typeof custom !== 'function') {
    throw Object.assign(new TypeError('The "util.promisify.custom" property must be of type function'), {
      code: 'ERR_INVALID_ARG_TYPE',
    });
  }
  return Object.defineProperty(custom, CUSTOM, { value: custom, writable: true, configurable: true });
}
promisify.custom = CUSTOM;

// The runtime's, which prints what Node prints.
const format = globalThis[Symbol.for('hookmint.format')] ?? base.format;

module.exports = {
  ...base,
  format,
  formatWithOptions: (_options, ...args) => format(...args),
  promisify,
  types,
  TextEncoder: globalThis.TextEncoder,
  TextDecoder: globalThis.TextDecoder,
  isArray: Array.isArray,
  isDeepStrictEqual(a, b) {
    try {
      require('assert').deepStrictEqual(a, b);
      return true;
    } catch {
      return false;
    }
  },
  stripVTControlCharacters: (text) => String(text).replace(/\u001b\[[0-9;]*[A-Za-z]/g, ''),
  styleText: (_style, text) => text,
  toUSVString: (text) => String(text).toWellFormed(),
  aborted: (signal) => new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
  debug: base.debuglog,
};
