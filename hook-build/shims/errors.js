// Errors as Node makes them of arguments: by their code they are known.

function received(value) {
  if (value === undefined || value === null) return `Received ${value}`;
  if (typeof value === 'function') return `Received function ${value.name}`;
  if (typeof value === 'object') {
    const { name } = value.constructor ?? {};
    return name ? `Received an instance of ${name}` : 'Received [Object: null prototype] {}';
  }
  const text = typeof value === 'string' ? `'${value}'` : `${String(value)}${typeof value === 'bigint' ? 'n' : ''}`;
  return `Received type ${typeof value} (${text.length > 28 ? `${text.slice(0, 25)}...` : text})`;
}

/** The code is in what an error is shown as, yet not in its name. */
function coded(Class, code, message) {
  const error = new Class(message);
  const { name } = error;
  const hidden = { writable: true, configurable: true };
  Object.defineProperty(error, 'name', { __proto__: null, ...hidden, value: `${name} [${code}]` });
  void error.stack;
  delete error.name;
  error.code = code;
  return Object.defineProperty(error, 'toString', { __proto__: null, ...hidden, value: toString });
}
/** @this {any} */
function toString() {
  return `${this.name} [${this.code}]: ${this.message}`;
}

function invalidArgType(name, expected, value) {
  const kind = name.includes('.') ? 'property' : 'argument';
  const what = name.endsWith(' argument') ? name : `"${name}" ${kind}`;
  return coded(TypeError, 'ERR_INVALID_ARG_TYPE', `The ${what} must be ${expected}. ${received(value)}`);
}

function outOfRange(name, range, value) {
  return coded(
    RangeError,
    'ERR_OUT_OF_RANGE',
    `The value of "${name}" is out of range. It must be ${range}. Received ${grouped(value)}`,
  );
}

/** As Node shows a number that is out of range. */
function grouped(value) {
  const isBig = typeof value === 'bigint';
  const isLong = (isBig || Number.isInteger(value)) && (value > 2 ** 32 || value < -(2 ** 32));
  const text = isLong ? String(value).replace(/\B(?=(\d{3})+$)/g, '_') : String(value);
  return isBig ? `${text}n` : text;
}

function requireInteger(name, value, min, max) {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}

function requireString(name, value) {
  if (typeof value !== 'string') throw invalidArgType(name, 'of type string', value);
}

/** What was waited for was given up by its signal, or, without one, by itself. */
class AbortError extends Error {
  code = 'ABORT_ERR';
  constructor(/** @type {AbortSignal | undefined} */ signal = undefined) {
    super('The operation was aborted', signal === undefined ? undefined : { cause: signal.reason });
    this.name = 'AbortError';
  }
}

/**
 * @param {any} signal
 * @param {string} [name] of the argument
 */
function requireSignal(signal, name = 'options.signal') {
  if (signal !== undefined && (typeof signal !== 'object' || signal === null || !('aborted' in signal)))
    throw invalidArgType(name, 'an instance of AbortSignal', signal);
}

function requireObject(name, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgType(name, 'of type object', value);
}

module.exports = {
  AbortError,
  coded,
  invalidArgType,
  received,
  outOfRange,
  requireInteger,
  requireObject,
  requireSignal,
  requireString,
};
