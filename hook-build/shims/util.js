const base = require('util/');
const { invalidArgType } = require('./errors.js');
const types = require('./util-types.js');

// The symbol is Node's own: libraries and the runtime's timers have it too.
const CUSTOM = Symbol.for('nodejs.util.promisify.custom');

function promisify(original) {
  if (typeof original !== 'function') throw invalidArgType('original', 'of type function', original);
  const custom = original[CUSTOM];
  if (custom === undefined) return base.promisify(original);
  if (typeof custom !== 'function') {
    throw Object.assign(new TypeError('The "util.promisify.custom" property must be of type function'), {
      code: 'ERR_INVALID_ARG_TYPE',
    });
  }
  return Object.defineProperty(custom, CUSTOM, { value: custom, writable: true, configurable: true });
}
promisify.custom = CUSTOM;

const CUSTOM_INSPECT = Symbol.for('nodejs.util.inspect.custom');

// The runtime's, which is Node's own, made when it is first called.
const runtimeInspect = globalThis[Symbol.for('hookmint.inspect')] ?? (() => base);

function inspect(...args) {
  return runtimeInspect().inspect(...args);
}
inspect.custom = CUSTOM_INSPECT;
for (const name of ['colors', 'styles', 'defaultOptions']) {
  Object.defineProperty(inspect, name, {
    get: () => runtimeInspect().inspect[name],
    set(value) {
      runtimeInspect().inspect[name] = value;
    },
    enumerable: true,
    configurable: true,
  });
}

const format = (...args) => runtimeInspect().format(...args);
const formatWithOptions = (options, ...args) => runtimeInspect().formatWithOptions(options, ...args);

module.exports = {
  ...base,
  inspect,
  format,
  formatWithOptions,
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
  stripVTControlCharacters: (text) => runtimeInspect().stripVTControlCharacters(text),
  styleText: (_style, text) => text,
  toUSVString: (text) => `${text}`.toWellFormed(),
  aborted: (signal) => new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
  debug: base.debuglog,
};
