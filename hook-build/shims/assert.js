// Assertions as Node's, and what they say.
const { isDeepEqual, isDeepStrictEqual, isPartOf } = require('./deep-equal.js');
const { coded, invalidArgType } = require('./errors.js');
const types = require('./util-types.js');
const { inspect } = require('./util.js');
const AssertionError = require('./assert/assertion-error.js');
const { expectsError, expectsNoError, fail, rejectionOf, thrownBy } = require('./assert/errors-thrown.js');

function requireTruth(fn, given) {
  const [value, message] = given;
  if (value) return;
  if (given.length === 0)
    throw Object.assign(
      new AssertionError({
        actual: undefined,
        expected: true,
        message: 'No value argument passed to `assert.ok()`',
        operator: '==',
        stackStartFn: fn,
      }),
      { generatedMessage: true },
    );
  fail({ actual: value, expected: true, message, operator: '==', stackStartFn: fn });
}

/** @returns {any} */
function assert(...given) {
  requireTruth(assert, given);
}

/**
 * What compares, by the name of the operator that is told.
 *
 * @type {Record<string, [holds: (a: any, b: any) => boolean, operator?: string]>}
 */
const COMPARED = {
  equal: [(a, b) => a == b || (a !== a && b !== b), '=='],
  notEqual: [(a, b) => !(a == b || (a !== a && b !== b)), '!='],
  deepEqual: [isDeepEqual],
  notDeepEqual: [(a, b) => !isDeepEqual(a, b)],
  deepStrictEqual: [isDeepStrictEqual],
  notDeepStrictEqual: [(a, b) => !isDeepStrictEqual(a, b)],
  strictEqual: [Object.is],
  notStrictEqual: [(a, b) => !Object.is(a, b)],
  partialDeepStrictEqual: [isPartOf],
};

let isWarned = false;
function warnOfArguments() {
  if (isWarned) return;
  isWarned = true;
  const text =
    'assert.fail() with more than one argument is deprecated. Please use assert.strictEqual() instead or only pass a message.';
  process.emitWarning(text, 'DeprecationWarning', 'DEP0094');
}

const methods = {
  ok: assert,
  fail(/** @type {any} */ actual, expected, message, operator, stackStartFn) {
    const count = arguments.length;
    if (count <= 1) {
      if (actual instanceof Error) throw actual;
      const isOwn = actual === undefined || actual === null;
      const error = new AssertionError({
        message: isOwn ? 'Failed' : actual,
        operator: 'fail',
        stackStartFn: methods.fail,
      });
      throw Object.assign(error, { generatedMessage: isOwn });
    }
    warnOfArguments();
    if (message instanceof Error) throw message;
    const error = new AssertionError({
      actual,
      expected,
      operator: count === 2 ? '!=' : operator === undefined ? 'fail' : operator,
      stackStartFn: stackStartFn || methods.fail,
      ...(message === undefined ? {} : { message }),
    });
    throw error;
  },
  throws(fn, ...rest) {
    expectsError(methods.throws, thrownBy(fn), 'exception', ...rest);
  },
  async rejects(promiseFn, ...rest) {
    expectsError(methods.rejects, await rejectionOf(promiseFn), 'rejection', ...rest);
  },
  doesNotThrow(fn, ...rest) {
    expectsNoError(methods.doesNotThrow, thrownBy(fn), 'exception', ...rest);
  },
  async doesNotReject(promiseFn, ...rest) {
    expectsNoError(methods.doesNotReject, await rejectionOf(promiseFn), 'rejection', ...rest);
  },
  ifError(/** @type {any} */ error) {
    if (error === null || error === undefined) return;
    let what;
    if (typeof error === 'object' && typeof error.message === 'string')
      what = error.message === '' && error.constructor ? error.constructor.name : error.message;
    else what = inspect(error);
    const made = new AssertionError({
      actual: error,
      expected: null,
      operator: 'ifError',
      message: `ifError got unwanted exception: ${what}`,
      stackStartFn: methods.ifError,
    });
    const at = typeof error.stack === 'string' ? error.stack.indexOf('\n    at') : -1;
    if (at >= 0) {
      const frames = error.stack.slice(at + 1).split('\n');
      const own = (made.stack ?? '').split('\n');
      const shared = frames.map((frame) => own.indexOf(frame)).find((position) => position >= 0);
      made.stack = [...own.slice(0, shared), ...frames].join('\n');
    }
    throw made;
  },
  match(text, regexp, message) {
    requireMatch(methods.match, true, text, regexp, message);
  },
  doesNotMatch(text, regexp, message) {
    requireMatch(methods.doesNotMatch, false, text, regexp, message);
  },
};

function requireMatch(fn, wanted, text, regexp, message) {
  if (!types.isRegExp(regexp)) throw invalidArgType('regexp', 'an instance of RegExp', regexp);
  if (typeof text === 'string' && (RegExp.prototype.exec.call(regexp, text) !== null) === wanted) return;
  if (message instanceof Error) throw message;
  const says = wanted
    ? 'The input did not match the regular expression'
    : 'The input was expected to not match the regular expression';
  const own =
    typeof text === 'string'
      ? `${says} ${inspect(regexp)}. Input:\n\n${inspect(text)}\n`
      : `The "string" argument must be of type string. Received type ${typeof text} (${inspect(text)})`;
  const error = new AssertionError({
    actual: text,
    expected: regexp,
    message: message || own,
    operator: fn.name,
    stackStartFn: fn,
  });
  throw Object.assign(error, { generatedMessage: !message });
}

for (const [name, [holds, operator = name]] of Object.entries(COMPARED)) {
  const method = {
    /** @param {any} [message] */
    [name](actual, expected, message = undefined) {
      if (arguments.length < 2)
        throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "actual" and "expected" arguments must be specified');
      if (!holds(actual, expected)) fail({ actual, expected, message, operator, stackStartFn: method });
    },
  }[name];
  methods[name] = method;
}

/** @returns {any} */
function strict(...given) {
  requireTruth(strict, given);
}
const { deepStrictEqual, notDeepStrictEqual, strictEqual, notStrictEqual } = methods;
Object.assign(assert, methods, { AssertionError, strict });
Object.assign(strict, methods, {
  ok: strict,
  AssertionError,
  strict,
  equal: strictEqual,
  notEqual: notStrictEqual,
  deepEqual: deepStrictEqual,
  notDeepEqual: notDeepStrictEqual,
});
Object.defineProperty(assert, 'name', { value: 'ok', configurable: true });

module.exports = assert;
