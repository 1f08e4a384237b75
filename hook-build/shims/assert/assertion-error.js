const { invalidArgType, requireObject } = require('../errors.js');
const { inspect } = require('../util.js');
const { messageOf } = require('./messages.js');

const MAX_SHOWN_LINES = 10;
const MAX_SHOWN_LENGTH = 512;

function shortened(value) {
  if (typeof value !== 'string') return value;
  const lines = value.split('\n', MAX_SHOWN_LINES + 1);
  if (lines.length > MAX_SHOWN_LINES) return `${lines.slice(0, MAX_SHOWN_LINES).join('\n')}\n...`;
  return value.length > MAX_SHOWN_LENGTH ? `${value.slice(0, MAX_SHOWN_LENGTH)}...` : value;
}

class AssertionError extends Error {
  constructor(options) {
    requireObject('options', options);
    const { message, operator, stackStartFn, stackStartFunction, details, actual, expected, diff = 'simple' } = options;
    if (diff !== 'simple' && diff !== 'full') throw invalidArgType('options.diff', `one of 'simple', 'full'`, diff);
    const limit = Error.stackTraceLimit;
    // The stack is taken once the name has its code.
    if (Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.writable) Error.stackTraceLimit = 0;
    super(messageOf(operator, actual, expected, message));
    if (Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.writable) Error.stackTraceLimit = limit;
    this.generatedMessage = !message;
    Object.defineProperty(this, 'name', {
      __proto__: null,
      value: 'AssertionError [ERR_ASSERTION]',
      writable: true,
      configurable: true,
    });
    this.code = 'ERR_ASSERTION';
    if (details) {
      this.actual = this.expected = this.operator = undefined;
      for (const [i, one] of details.entries()) {
        this[`message ${i}`] = one.message;
        this[`actual ${i}`] = one.actual;
        this[`expected ${i}`] = one.expected;
        this[`operator ${i}`] = one.operator;
        this[`stack trace ${i}`] = one.stack;
      }
    } else Object.assign(this, { actual, expected, operator });
    Error.captureStackTrace(this, stackStartFn ?? stackStartFunction);
    void this.stack;
    this.name = 'AssertionError';
    this.diff = diff;
  }
  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
  [inspect.custom](_depth, context) {
    const { actual, expected } = this;
    this.actual = shortened(actual);
    this.expected = shortened(expected);
    try {
      return inspect(this, { ...context, customInspect: false, depth: 0 });
    } finally {
      Object.assign(this, { actual, expected });
    }
  }
}

module.exports = AssertionError;
