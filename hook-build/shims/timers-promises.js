// Timers that are waited for.
const { AbortError, coded, invalidArgType, requireObject, requireSignal } = require('./errors.js');

const { setTimeout, clearTimeout, setImmediate, clearImmediate, setInterval, clearInterval } = globalThis;

function requireOptions(options) {
  requireObject('options', options);
  const { signal, ref } = options;
  requireSignal(signal);
  if (ref !== undefined && typeof ref !== 'boolean') throw invalidArgType('options.ref', 'of type boolean', ref);
  return signal;
}
function requireDelay(delay) {
  if (delay !== undefined && typeof delay !== 'number') throw invalidArgType('delay', 'of type number', delay);
}

/** What is given up by a signal keeps no timer. */
function wait(start, clear, options) {
  const signal = requireOptions(options);
  if (signal?.aborted) throw new AbortError(signal);
  return new Promise((resolve, reject) => {
    const timer = start((value) => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    const onAbort = () => {
      clear(timer);
      reject(new AbortError(signal));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

const promises = {
  async setTimeout(/** @type {any} */ delay = undefined, /** @type {any} */ value = undefined, options = {}) {
    requireDelay(delay);
    return wait((done) => setTimeout(done, delay, value), clearTimeout, options);
  },
  async setImmediate(/** @type {any} */ value = undefined, options = {}) {
    return wait((done) => setImmediate(done, value), clearImmediate, options);
  },
  async *setInterval(/** @type {any} */ delay = undefined, /** @type {any} */ value = undefined, options = {}) {
    requireDelay(delay);
    const signal = requireOptions(options);
    if (signal?.aborted) throw new AbortError(signal);
    let due = 0;
    let next = Promise.withResolvers();
    const onAbort = () => next.reject(new AbortError(signal));
    const timer = setInterval(() => {
      due++;
      next.resolve(undefined);
    }, delay);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      for (;;) {
        if (due === 0 && !signal?.aborted) await next.promise;
        for (; due > 0; due--) yield value;
        if (signal?.aborted) throw new AbortError(signal);
        next = Promise.withResolvers();
      }
    } finally {
      clearInterval(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  },
};

const instances = new WeakSet();
function requireScheduler(value) {
  if (!instances.has(value)) throw coded(TypeError, 'ERR_INVALID_THIS', 'Value of "this" must be of type Scheduler');
}
class Scheduler {
  constructor() {
    throw coded(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
  }
  yield() {
    requireScheduler(this);
    return promises.setImmediate();
  }
  wait(delay, /** @type {{ signal?: AbortSignal } | undefined} */ options = undefined) {
    requireScheduler(this);
    return promises.setTimeout(delay, undefined, options);
  }
}
const scheduler = Object.create(Scheduler.prototype);
instances.add(scheduler);

module.exports = { ...promises, scheduler };
