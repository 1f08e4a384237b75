// The library's assertions, with Node's own comparison of what is deep.
const assert = require('assert/');
const { isDeepEqual, isDeepStrictEqual, isPartOf } = require('./deep-equal.js');
const { coded } = require('./errors.js');

/**
 * What compares, and what it is to say.
 *
 * @type {Record<string, [(a: any, b: any) => boolean, boolean]>}
 */
const COMPARED = {
  deepEqual: [isDeepEqual, true],
  notDeepEqual: [isDeepEqual, false],
  deepStrictEqual: [isDeepStrictEqual, true],
  notDeepStrictEqual: [isDeepStrictEqual, false],
  partialDeepStrictEqual: [isPartOf, true],
};

const methods = {};
for (const [operator, [compare, wanted]] of Object.entries(COMPARED)) {
  const method = {
    /** @param {any} [message] */
    [operator](actual, expected, message = undefined) {
      if (arguments.length < 2)
        throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "actual" and "expected" arguments must be specified');
      if (compare(actual, expected) === wanted) return;
      if (message instanceof Error) throw message;
      throw new assert.AssertionError({ actual, expected, message, operator, stackStartFn: methods[operator] });
    },
  }[operator];
  methods[operator] = method;
}
const { deepStrictEqual, notDeepStrictEqual } = methods;
Object.assign(assert, methods);
Object.assign(assert.strict, methods, { deepEqual: deepStrictEqual, notDeepEqual: notDeepStrictEqual });

module.exports = assert;
