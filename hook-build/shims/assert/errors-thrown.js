// What a function or a promise failed with, beside what it had to fail with.
const { isDeepStrictEqual } = require('../deep-equal.js');
const { coded, invalidArgType, received } = require('../errors.js');
const types = require('../util-types.js');
const { inspect } = require('../util.js');
const AssertionError = require('./assertion-error.js');

const NOTHING = Symbol('nothing was thrown');

const isError = (value) => types.isNativeError(value) || value instanceof Error;
const matches = (regexp, text) => RegExp.prototype.exec.call(regexp, text) !== null;

function fail(details) {
  if (details.message instanceof Error) throw details.message;
  throw new AssertionError(details);
}

function thrownBy(fn) {
  if (typeof fn !== 'function') throw invalidArgType('fn', 'of type function', fn);
  try {
    fn();
  } catch (error) {
    return error;
  }
  return NOTHING;
}

const isPromise = (value) =>
  types.isPromise(value) ||
  (typeof value === 'object' &&
    value !== null &&
    typeof value.then === 'function' &&
    typeof value.catch === 'function');

async function rejectionOf(promiseFn) {
  let promise = promiseFn;
  if (typeof promiseFn === 'function') {
    promise = promiseFn();
    if (!isPromise(promise)) {
      const got = received(promise).replace(/^Received /, '');
      const message = `Expected instance of Promise to be returned from the "promiseFn" function but got ${got}.`;
      throw coded(TypeError, 'ERR_INVALID_RETURN_VALUE', message);
    }
  } else if (!isPromise(promiseFn))
    throw invalidArgType('promiseFn', 'of type function or an instance of Promise', promiseFn);
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return NOTHING;
}

/** Only what is compared, so that only this is shown. */
class Comparison {
  constructor(source, keys, actual = undefined) {
    for (const key of keys) {
      if (!(key in source)) continue;
      const isMatch =
        actual !== undefined &&
        typeof actual[key] === 'string' &&
        types.isRegExp(source[key]) &&
        matches(source[key], actual[key]);
      this[key] = isMatch ? actual[key] : source[key];
    }
  }
}

function requireMember(actual, expected, key, message, keys, fn) {
  if (key in actual && isDeepStrictEqual(actual[key], expected[key])) return;
  if (message) fail({ actual, expected, message, operator: fn.name, stackStartFn: fn });
  const error = new AssertionError({
    actual: new Comparison(actual, keys),
    expected: new Comparison(expected, keys, actual),
    operator: 'deepStrictEqual',
    stackStartFn: fn,
  });
  throw Object.assign(error, { actual, expected, operator: fn.name });
}

function requireMembers(actual, expected, message, fn) {
  const keys = Object.keys(expected);
  if (expected instanceof Error) keys.push('name', 'message');
  else if (keys.length === 0) {
    const text = `The argument 'error' may not be an empty object. Received ${inspect(expected)}`;
    throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', text);
  }
  for (const key of keys) {
    const isText = typeof actual[key] === 'string' && types.isRegExp(expected[key]);
    if (isText && matches(expected[key], actual[key])) continue;
    requireMember(actual, expected, key, message, keys, fn);
  }
}

/** Why an error is not the one that was expected; undefined if it is. */
function mismatch(actual, expected) {
  if (types.isRegExp(expected)) {
    const text = String(actual);
    return matches(expected, text)
      ? undefined
      : `The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(text)}\n`;
  }
  if (expected.prototype !== undefined && actual instanceof expected) return undefined;
  if (Object.prototype.isPrototypeOf.call(Error, expected)) {
    const got = isError(actual) ? actual.name : inspect(actual, { depth: -1 });
    const text = `The error is expected to be an instance of "${expected.name}". Received "${got}"`;
    return isError(actual) ? `${text}\n\nError message:\n\n${actual.message}` : text;
  }
  const answer = Reflect.apply(expected, {}, [actual]);
  if (answer === true) return undefined;
  const name = expected.name ? `"${expected.name}" ` : '';
  const text = `The ${name}validation function is expected to return "true". Received ${inspect(answer)}`;
  return isError(actual) ? `${text}\n\nCaught error:\n\n${actual}` : text;
}

function requireExpected(actual, expected, message, fn) {
  if (typeof expected !== 'function' && !types.isRegExp(expected)) {
    if (typeof actual === 'object' && actual !== null) return requireMembers(actual, expected, message, fn);
    const error = new AssertionError({ actual, expected, message, operator: 'deepStrictEqual', stackStartFn: fn });
    throw Object.assign(error, { operator: fn.name });
  }
  const why = mismatch(actual, expected);
  if (why === undefined) return undefined;
  if (message instanceof Error) throw message;
  const error = new AssertionError({ actual, expected, message: message || why, operator: fn.name, stackStartFn: fn });
  throw Object.assign(error, { generatedMessage: !message });
}

const ambiguous = (what) =>
  coded(
    TypeError,
    'ERR_AMBIGUOUS_ARGUMENT',
    `The "error/message" argument is ambiguous. ${what} is identical to the message.`,
  );

/** @param {any[]} rest what was expected, and a message */
function expectsError(fn, actual, kind, ...rest) {
  let [expected, message] = rest;
  if (typeof expected === 'string') {
    if (rest.length === 2)
      throw invalidArgType('error', 'of type function or an instance of Error, RegExp, or Object', expected);
    if (typeof actual === 'object' && actual !== null) {
      if (actual.message === expected) throw ambiguous(`The error message "${actual.message}"`);
    } else if (actual === expected) throw ambiguous(`The error "${actual}"`);
    [expected, message] = [undefined, expected];
  } else if (
    expected !== undefined &&
    expected !== null &&
    typeof expected !== 'object' &&
    typeof expected !== 'function'
  )
    throw invalidArgType('error', 'of type function or an instance of Error, RegExp, or Object', expected);
  if (actual === NOTHING) {
    const details = `${expected?.name ? ` (${expected.name})` : ''}${message ? `: ${message}` : '.'}`;
    const text = `Missing expected ${kind}${details}`;
    fail({ actual: undefined, expected, operator: fn.name, message: text, stackStartFn: fn });
  }
  if (expected) requireExpected(actual, expected, message, fn);
}

function isUnwanted(actual, expected) {
  if (typeof expected !== 'function') {
    if (types.isRegExp(expected)) return matches(expected, String(actual));
    throw invalidArgType('expected', 'of type function or an instance of RegExp', expected);
  }
  if (expected.prototype !== undefined && actual instanceof expected) return true;
  return !Object.prototype.isPrototypeOf.call(Error, expected) && Reflect.apply(expected, {}, [actual]) === true;
}

/** @param {any[]} rest what must not be, and a message */
function expectsNoError(fn, actual, kind, ...rest) {
  if (actual === NOTHING) return;
  const [error, message] = typeof rest[0] === 'string' ? [undefined, rest[0]] : rest;
  if (error && !isUnwanted(actual, error)) throw actual;
  const text = `Got unwanted ${kind}${message ? `: ${message}` : '.'}\nActual message: "${actual && actual.message}"`;
  fail({ actual, expected: error, operator: fn.name, message: text, stackStartFn: fn });
}

module.exports = { expectsError, expectsNoError, fail, isError, rejectionOf, thrownBy };
