// Functions of functions, as Node's util has them.
const { coded, invalidArgType, requireString } = require('../errors.js');

// The symbol is Node's own: libraries and the runtime's timers have it too.
const CUSTOM = Symbol.for('nodejs.util.promisify.custom');

function requireFunction(name, value) {
  if (typeof value !== 'function') throw invalidArgType(name, 'of type function', value);
}

function promisify(original) {
  requireFunction('original', original);
  const custom = original[CUSTOM];
  const own = { configurable: true };
  if (custom) {
    requireFunction('util.promisify.custom', custom);
    return Object.defineProperty(custom, CUSTOM, { ...own, value: custom });
  }
  /** @this {unknown} */
  function promising(...args) {
    return new Promise((resolve, reject) => {
      const done = (error, value) => (error ? reject(error) : resolve(value));
      Reflect.apply(original, this, [...args, done]);
    });
  }
  Object.setPrototypeOf(promising, Object.getPrototypeOf(original));
  Object.defineProperty(promising, CUSTOM, { ...own, value: promising });
  return Object.defineProperties(promising, Object.getOwnPropertyDescriptors(original));
}
promisify.custom = CUSTOM;

/** What a callback is given of a promise that was rejected: never nothing. */
function failureOf(reason) {
  if (reason) return reason;
  const error = coded(Error, 'ERR_FALSY_VALUE_REJECTION', 'Promise was rejected with falsy value');
  return Object.assign(error, { reason });
}

function callbackify(original) {
  requireFunction('original', original);
  /** @this {unknown} */
  function callbackified(...args) {
    const callback = args.pop();
    requireFunction('last argument', callback);
    const call = (...values) => process.nextTick(() => Reflect.apply(callback, this, values));
    Reflect.apply(original, this, args).then(
      (value) => call(null, value),
      (reason) => call(failureOf(reason)),
    );
  }
  const { length, name, ...others } = Object.getOwnPropertyDescriptors(original);
  return Object.defineProperties(callbackified, {
    ...others,
    length: { ...length, value: typeof length.value === 'number' ? length.value + 1 : length.value },
    name: { ...name, value: typeof name.value === 'string' ? `${name.value}Callbackified` : name.value },
  });
}

/** Codes of what has been said to be deprecated. */
const told = new Set();

function deprecate(fn, message, code = undefined) {
  if (code !== undefined) requireString('code', code);
  let isTold = false;
  /** @this {unknown} */
  function deprecated(...args) {
    if (!isTold && !told.has(code)) {
      process.emitWarning(message, 'DeprecationWarning', code, deprecated);
      if (code !== undefined) told.add(code);
    }
    isTold = true;
    return new.target ? Reflect.construct(fn, args, new.target) : Reflect.apply(fn, this, args);
  }
  Object.setPrototypeOf(deprecated, fn);
  if (fn.prototype) deprecated.prototype = fn.prototype;
  return deprecated;
}

function inherits(constructor, parent) {
  for (const [name, value] of [
    ['ctor', constructor],
    ['superCtor', parent],
  ])
    if (value === undefined || value === null) throw invalidArgType(name, 'of type function', value);
  if (parent.prototype === undefined) throw invalidArgType('superCtor.prototype', 'of type object', parent.prototype);
  Object.defineProperty(constructor, 'super_', { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

async function aborted(signal, resource) {
  if (typeof signal !== 'object' || signal === null || !('aborted' in signal))
    throw invalidArgType('signal', 'an instance of AbortSignal', signal);
  if (typeof resource !== 'object' || resource === null) throw invalidArgType('resource', 'of type object', resource);
  if (signal.aborted) return undefined;
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
}

module.exports = { aborted, callbackify, deprecate, inherits, promisify };
