// Runs inside the isolate, before the hook and in its realm. What it uses of the language it takes at once, so that a hook that
// changes the built-ins changes them for itself alone. What it hands out is still the hook's word: the host checks it.
// Called with `settled(id, text, inEntry)` of the host, which waits for the end of the entry if the third is true, the host's functions for the
// runtime, the runtime's `install`, those of contracts/ that the hook may be written to, in the order in which they are asked, and the run's
// limit of time; gives what
// the host enters the isolate with: `load`, `run`, `fireTimer`, `takeTimers`, `settleCall`, `endRun`. The text of an outcome is a line with the
// console's output as JSON, then one letter and its detail:
//   o<json>  cb() or cb(null, result)      d<json>  cb(error)      t<json>  thrown, or a promise that was rejected
//   w<json>  as o, after a line with a JSON list of what was assigned to where that does nothing
//   n        the result is not an object       s        the result cannot be serialised
//   r<json>  as o, after a line with a JSON list of `[kind, name, reason]` of what the code asked for and cannot have
//   c<json>  a line with all of an Action's cache, which it changed, before one of the others
//   l<json>  of a run that was ended without an outcome: the calls that it left open
//
// A contract is `(tools) -> { missing, adapt, prepare? }`: `prepare(secrets)` is called before the code is loaded, `adapt(exported)` gives
// `(args, secretsJson, cb, told) -> promise`, or `undefined` for what is not written to it, and `missing` says what that lacks. `tools` has
// `ask(kind, request)`, a call of the host, `failed(error)`, which ends the run, and `wallMs`, the longest that one may take.
// `told` has `ignored({ path, use })` for an assignment that does nothing, `note(kind, name, reason)` for what cannot be had, `warn(text)` for
// the author, and `keep(entries)` for an Action's cache.
(function (settled, host, installRuntime, makeContracts, wallMs) {
  'use strict';
  const { parse, rawJSON, stringify } = JSON;
  const { isArray } = Array;
  const PromiseClass = Promise;
  const then = Function.prototype.call.bind(Promise.prototype.then);
  const slice = Function.prototype.call.bind(String.prototype.slice);
  const ErrorClass = Error;
  const NumberClass = Number;
  const StringFunction = String;
  const { defineProperty, setPrototypeOf } = Object;
  const TypeErrorClass = TypeError;
  const { construct } = Reflect;

  const MAX_MESSAGE_LENGTH = 4096;
  const MAX_STACK_LENGTH = 8192;
  const MAX_RESULT_DEPTH = 1_000;
  /** Of one run, and characters of a name in one. */
  const MAX_NOTES = 100;
  const MAX_NOTED_LENGTH = 128;
  // What a line costs of the console's budget on top of its text, so that empty lines are not free.
  const LINE_COST = 16;
  // A longer text would stay in the host's memory, outside its heap, until its next large garbage collection if it were returned.
  const LONGEST_RETURNED = 1_000;

  const mapGet = Function.prototype.call.bind(Map.prototype.get);
  const mapSet = Function.prototype.call.bind(Map.prototype.set);
  const mapDelete = Function.prototype.call.bind(Map.prototype.delete);

  /** The hook, as the contract that it is written to calls it. */
  let hook;
  let secretsJson;

  // Everything that runs, runs for one run: `current`. Those that are not settled yet wait in `unsettled`.
  /** @type {any} */
  const NOBODY = { __proto__: null, id: 0, budget: 0, lines: undefined, failed: undefined, lastCall: undefined };
  let current = NOBODY;
  const unsettled = new Map();

  // -- console ----------------------------------------------------------------------------------------------------------
  const write = (level, text) => {
    if (current.budget <= 0) return;
    if (text.length > current.budget) text = slice(text, 0, current.budget) + '… (cut)';
    current.budget -= text.length + LINE_COST;
    // Without prototypes neither a setter nor a toJSON of the hook comes between a line and its text.
    current.lines ??= setPrototypeOf([], null);
    current.lines[current.lines.length] = { __proto__: null, level, text };
  };
  const define = (target, name, value) =>
    defineProperty(target, name, { __proto__: null, value, writable: true, configurable: true, enumerable: false });

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
  const runtime = installRuntime(
    host,
    () => current.id,
    write,
    // In Node it would end the process, and with it the run.
    (error) => current.failed?.(error),
  );
  const tools = {
    __proto__: null,
    wallMs,
    ask: (kind, request) => runtime.callHost(kind, request),
    failed: (error) => current.failed?.(error),
  };
  const contracts = [];
  for (const make of makeContracts) contracts[contracts.length] = make(tools);
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
  // Numbers that JSON would make null or 0 of: as texts that are read as what they are, so that whoever reads the result can tell.
  const [INFINITE, MINUS_ZERO] = [rawJSON('1e999'), rawJSON('-0')];
  const numberAsItIs = (value) => {
    const number = +value;
    if (number - number !== 0) return INFINITE;
    return number === 0 && 1 / number < 0 ? MINUS_ZERO : value;
  };
  // With a function V8 compares each object with all that it is in: without a bound, the square of the depth.
  const withNumbersAsTheyAre = () => {
    const holders = { __proto__: null };
    let depth = 0;
    /** @this {unknown} */
    return function (_name, value) {
      if (typeof value === 'number' || value instanceof NumberClass) return numberAsItIs(value);
      if (typeof value !== 'object' || value === null) return value;
      while (depth > 0 && holders[depth - 1] !== this) depth--;
      if (depth > MAX_RESULT_DEPTH) throw new ErrorClass('the result is too deep');
      holders[depth++] = value;
      return value;
    };
  };
  const describeResult = (result) => {
    if (result === undefined || result === null) return 'o';
    try {
      if (typeof result !== 'object' || isArray(result)) return 'n';
      const text = stringify(result, withNumbersAsTheyAre());
      if (typeof text !== 'string') return 's';
      // A toJSON may have made anything of it.
      return text[0] === '{' ? 'o' + text : 'n';
    } catch {
      return 's';
    }
  };

  const shown = (error) => {
    const { message, stack } = parse(describe(error));
    return stack ?? message;
  };

  const printedBy = ({ lines }) => (lines === undefined ? '' : stringify(lines));

  const run = (id, json, consoleBytes) => {
    const record = { ...NOBODY, __proto__: null, id, budget: consoleBytes };
    current = record;
    const args = parse(json);
    let outcome;
    let returned = false;
    const settle = (text) => {
      if (outcome !== undefined) return false;
      outcome = text;
      if (returned) {
        mapDelete(unsettled, id);
        settled(id, framed());
      }
      return true;
    };
    const ofWrites = () =>
      writes === undefined || outcome[0] !== 'o' ? outcome : 'w' + stringify(writes) + '\n' + slice(outcome, 1);
    const ofNotes = () =>
      notes === undefined || outcome[0] !== 'o' ? ofWrites() : 'r' + stringify(notes) + '\n' + slice(outcome, 1);
    const withCache = () => (cache === undefined ? '' : 'c' + stringify(cache) + '\n') + ofNotes();
    const framed = () => printedBy(record) + '\n' + withCache();
    const cb = (error, result) => {
      if (!settle(error ? 'd' + describe(error) : describeResult(result))) {
        throw new ErrorClass('The callback of the hook was already called.');
      }
    };
    const failed = (error) => {
      if (!settle('t' + describe(error))) write('error', `after the callback: ${shown(error)}`);
    };
    record.failed = failed;
    let writes;
    let notes;
    let cache;
    const ignored = ({ path, use }) => {
      write('warn', `an assignment to ${path} does nothing: call ${use}`);
      if (writes === undefined) setPrototypeOf((writes = []), null);
      writes[writes.length] = path;
    };
    const note = (kind, name, reason) => {
      notes ??= setPrototypeOf([], null);
      if (notes.length >= MAX_NOTES) return;
      const noted = setPrototypeOf([kind, slice(name, 0, MAX_NOTED_LENGTH), reason], null);
      notes[notes.length] = noted;
    };
    try {
      const promise = hook(args, secretsJson, cb, {
        __proto__: null,
        ignored,
        note,
        warn: (text) => write('warn', text),
        keep: (entries) => (cache = entries),
      });
      if (promise instanceof PromiseClass) then(promise, undefined, failed);
    } catch (error) {
      failed(error);
    }
    returned = true;
    if (outcome !== undefined) {
      const text = framed();
      if (text.length <= LONGEST_RETURNED) return text;
      settled(id, text, true);
      return undefined;
    }
    mapSet(unsettled, id, record);
    return undefined;
  };

  const resume = (id) => {
    // What a settled run left to be done has no console and nothing to fail.
    current = mapGet(unsettled, id) ?? { ...NOBODY, __proto__: null, id };
  };
  const fireTimer = (id, timerId) => {
    resume(id);
    const asked = current;
    asked.lastCall = runtime.fireTimer(timerId) ?? asked.lastCall;
  };
  const takeTimers = () => runtime.takeUntoldTimers();
  const settleCall = (id, callId, ok, json) => {
    resume(id);
    const asked = current;
    asked.lastCall = runtime.settleCall(callId, ok, json) ?? asked.lastCall;
  };
  const endRun = (id) => {
    const ended = mapGet(unsettled, id);
    if (ended !== undefined) {
      settled(id, printedBy(ended) + '\nl' + stringify(runtime.lastCallsOf(id, ended.lastCall)), true);
    }
    current = NOBODY;
    mapDelete(unsettled, id);
    runtime.endRun(id);
  };

  const load = (factory, secrets) => {
    secretsJson = secrets;
    const module = { exports: {} };
    try {
      for (let i = 0; i < contracts.length; i++) contracts[i].prepare?.(parse(secrets));
      factory.call(module.exports, module.exports, require, module, '/hook.js', '/');
      const exported = module.exports;
      for (let i = 0; hook === undefined && i < contracts.length; i++) hook = contracts[i].adapt(exported);
      if (hook === undefined) throw new TypeErrorClass(contracts[0].missing);
      return undefined;
    } catch (error) {
      return describe(error);
    }
  };

  return { load, run, fireTimer, takeTimers, settleCall, endRun };
});
