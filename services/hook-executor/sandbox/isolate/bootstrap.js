// Runs inside the isolate, before the hook and in its realm. What it uses of the language it takes at once, so that a hook that
// changes the built-ins changes them for itself alone. What it hands out is still the hook's word: the host checks it.
// Called with `settled(id, text)` of the host; gives `load(factory)` and `run(id, json, consoleBytes)`. The text of an outcome is
// a line with the console's output as JSON, then one letter and its detail:
//   o<json>  cb() or cb(null, result)      d<json>  cb(error)      t<json>  thrown, or a promise that was rejected
//   n        the result is no object       s        the result cannot be serialised
(function (settled) {
  'use strict';
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const PromiseClass = Promise;
  const then = Function.prototype.call.bind(Promise.prototype.then);
  const slice = Function.prototype.call.bind(String.prototype.slice);
  const ErrorClass = Error;
  const StringFunction = String;
  const { defineProperty, setPrototypeOf } = Object;
  const objectToString = Function.prototype.call.bind(Object.prototype.toString);
  const { construct } = Reflect;

  const MAX_MESSAGE_LENGTH = 4096;
  const MAX_STACK_LENGTH = 8192;
  // What a line costs of the console's budget on top of its text, so that empty lines are not free.
  const LINE_COST = 16;

  let hook;
  let consoleBudget = 0;
  let consoleLines = [];

  // -- console ----------------------------------------------------------------------------------------------------------
  const printable = (value) => {
    if (typeof value === 'string') return value;
    try {
      if (value instanceof ErrorClass) return StringFunction(value.stack || value);
      if (typeof value === 'object' && value !== null) return stringify(value) ?? objectToString(value);
      return typeof value === 'function' ? '[Function]' : StringFunction(value);
    } catch {
      return '[object that cannot be shown]';
    }
  };
  const write = (level, values) => {
    if (consoleBudget <= 0) return;
    let text = '';
    for (let i = 0; i < values.length && text.length <= consoleBudget; i++) {
      text += (i === 0 ? '' : ' ') + printable(values[i]);
    }
    if (text.length > consoleBudget) text = slice(text, 0, consoleBudget) + '… (cut)';
    consoleBudget -= text.length + LINE_COST;
    // Without prototypes neither a setter nor a toJSON of the hook comes between a line and its text.
    if (consoleLines.length === 0) setPrototypeOf(consoleLines, null);
    consoleLines[consoleLines.length] = { __proto__: null, level, text };
  };
  const define = (target, name, value) =>
    defineProperty(target, name, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
  const consoleObject = {};
  for (const level of ['log', 'info', 'warn', 'error', 'debug'])
    consoleObject[level] = (...values) => write(level, values);
  consoleObject.dir = (value) => write('log', [value]);
  consoleObject.trace = (...values) => write('error', values);
  define(globalThis, 'console', consoleObject);

  // -- globals that are taken away --------------------------------------------------------------------------------------
  // Code that runs outside of any run, where no limit holds, and memory that no limit counts.
  for (const name of ['Atomics', 'SharedArrayBuffer', 'WebAssembly', 'FinalizationRegistry']) delete globalThis[name];
  const FixedLengthBuffer = new Proxy(ArrayBuffer, {
    __proto__: null,
    // Without its second argument: what a resizable buffer grows by is not counted either.
    construct: (target, values, newTarget) => construct(target, [values[0]], newTarget),
  });
  define(ArrayBuffer.prototype, 'constructor', FixedLengthBuffer);
  define(globalThis, 'ArrayBuffer', FixedLengthBuffer);

  // -- globals that scripts expect --------------------------------------------------------------------------------------
  define(globalThis, 'global', globalThis);
  define(globalThis, 'process', { env: {}, version: 'v26.0.0', versions: { node: '26.0.0' }, platform: 'linux' });
  const require = (name) => {
    const error = new ErrorClass(`Cannot find module '${StringFunction(name)}'`);
    error.code = 'MODULE_NOT_FOUND';
    throw error;
  };

  // -- outcomes: one letter and its detail ------------------------------------------------------------------------------
  const describe = (error) => {
    let name = 'Error';
    let message = 'unknown error';
    let stack;
    try {
      if (error instanceof ErrorClass) {
        name = StringFunction(error.name);
        message = StringFunction(error.message);
        stack = error.stack === undefined ? undefined : slice(StringFunction(error.stack), 0, MAX_STACK_LENGTH);
      } else {
        message = StringFunction((error && error.message) || error);
      }
    } catch {
      // A getter that throws: what was learned so far has to do.
    }
    message = slice(message, 0, MAX_MESSAGE_LENGTH);
    return stringify({ __proto__: null, name: slice(name, 0, 256), message, stack });
  };
  const describeResult = (result) => {
    if (result === undefined || result === null) return 'o';
    try {
      if (typeof result !== 'object' || isArray(result)) return 'n';
      const text = stringify(result);
      if (typeof text !== 'string') return 's';
      // A toJSON may have made anything of it.
      return text[0] === '{' ? 'o' + text : 'n';
    } catch {
      return 's';
    }
  };

  const run = (id, json, consoleBytes) => {
    consoleBudget = consoleBytes;
    consoleLines = [];
    const args = parse(json);
    const payload = { audience: args.audience, client: args.client, scope: args.scope };
    const context = {
      body: args.body,
      webtask: { body: payload, secrets: {}, data: {}, query: {}, params: {}, headers: {}, meta: {} },
    };
    const lines = consoleLines;
    let outcome;
    let returned = false;
    const settle = (text) => {
      if (outcome !== undefined) return false;
      outcome = text;
      if (returned) settled(id, framed());
      return true;
    };
    const framed = () => (lines.length === 0 ? '' : stringify(lines)) + '\n' + outcome;
    const cb = (error, result) => {
      if (!settle(error ? 'd' + describe(error) : describeResult(result))) {
        throw new ErrorClass('The callback of the hook was called already.');
      }
    };
    const failed = (error) => {
      if (!settle('t' + describe(error))) write('error', ['after the callback:', error]);
    };
    try {
      const promise = hook(args.client, args.scope, args.audience, context, cb);
      if (promise instanceof PromiseClass) then(promise, undefined, failed);
    } catch (error) {
      failed(error);
    }
    returned = true;
    return outcome === undefined ? undefined : framed();
  };

  const load = (factory) => {
    const module = { exports: {} };
    try {
      factory.call(module.exports, module.exports, require, module, '/hook.js', '/');
      const exported = module.exports;
      if (typeof exported !== 'function') throw new TypeError('func is not a function: the hook exports no function');
      hook = exported;
      return undefined;
    } catch (error) {
      return describe(error);
    }
  };

  return { run, load };
});
