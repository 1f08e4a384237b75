// EventEmitter, and what waits for events.
const {
  EventEmitter,
  captureRejectionSymbol,
  errorMonitor,
  requireCount,
  requireListener,
} = require('./events/emitter.js');
const { AbortError, invalidArgType, requireSignal } = require('./errors.js');

const isTarget = (emitter) => typeof emitter?.addEventListener === 'function' && typeof emitter.on !== 'function';
const add = (emitter, name, listener, isOnce) =>
  isTarget(emitter)
    ? emitter.addEventListener(name, listener, { once: isOnce })
    : emitter[isOnce ? 'once' : 'on'](name, listener);
const remove = (emitter, name, listener) =>
  isTarget(emitter) ? emitter.removeEventListener(name, listener) : emitter.removeListener(name, listener);

/** @param {{ signal?: any }} options */
async function once(emitter, name, options = {}) {
  const { signal } = options;
  requireSignal(signal);
  if (signal?.aborted) throw new AbortError(signal);
  return new Promise((resolve, reject) => {
    const end = (settle, value) => {
      remove(emitter, name, arrived);
      if (name !== 'error' && !isTarget(emitter)) remove(emitter, 'error', failed);
      signal?.removeEventListener('abort', onAbort);
      settle(value);
    };
    const arrived = (...args) => end(resolve, args);
    const failed = (error) => end(reject, error);
    const onAbort = () => end(reject, new AbortError(signal));
    add(emitter, name, arrived, true);
    if (name !== 'error' && !isTarget(emitter)) add(emitter, 'error', failed, true);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** @param {{ signal?: any, close?: string[] }} options */
function on(emitter, name, options = {}) {
  const { signal, close = [] } = options;
  requireSignal(signal);
  if (signal?.aborted) throw new AbortError(signal);
  const events = [];
  const waiting = [];
  let failure;
  let isOver = false;
  const arrived = (...args) =>
    waiting.length > 0 ? waiting.shift().resolve({ value: args, done: false }) : events.push(args);
  const failed = (error) => {
    if (waiting.length > 0) waiting.shift().reject(error);
    else failure = error;
    end();
  };
  const onAbort = () => failed(new AbortError(signal));
  const end = () => {
    isOver = true;
    remove(emitter, name, arrived);
    if (name !== 'error' && !isTarget(emitter)) remove(emitter, 'error', failed);
    for (const one of close) remove(emitter, one, end);
    signal?.removeEventListener('abort', onAbort);
    for (const { resolve } of waiting.splice(0)) resolve({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  };
  add(emitter, name, arrived, false);
  if (name !== 'error' && !isTarget(emitter)) add(emitter, 'error', failed, false);
  for (const one of close) add(emitter, one, end, false);
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    next() {
      if (events.length > 0) return Promise.resolve({ value: events.shift(), done: false });
      if (failure !== undefined) {
        const error = failure;
        failure = undefined;
        return Promise.reject(error);
      }
      if (isOver) return Promise.resolve({ value: undefined, done: true });
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return: end,
    throw(error) {
      if (!(error instanceof Error)) throw invalidArgType('EventEmitter.AsyncIterator', 'an instance of Error', error);
      failed(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const maxOfTargets = new WeakMap();
const isSignal = (value) => value instanceof globalThis.AbortSignal;
function requireEmitter(name, value) {
  if (typeof value?.on !== 'function' && !(value instanceof globalThis.EventTarget))
    throw invalidArgType(name, 'an instance of EventEmitter or EventTarget', value);
}

module.exports = Object.assign(EventEmitter, {
  EventEmitter,
  on,
  once,
  errorMonitor,
  captureRejectionSymbol,
  usingDomains: false,
  listenerCount: (emitter, type) => emitter.listenerCount?.(type) ?? emitter.listeners(type).length,
  getEventListeners(emitter, name) {
    requireEmitter('emitter', emitter);
    return emitter.listeners?.(name) ?? [];
  },
  getMaxListeners(emitter) {
    requireEmitter('emitter', emitter);
    return (
      emitter.getMaxListeners?.() ??
      maxOfTargets.get(emitter) ??
      (isSignal(emitter) ? 0 : EventEmitter.defaultMaxListeners)
    );
  },
  setMaxListeners(count = EventEmitter.defaultMaxListeners, ...emitters) {
    requireCount('setMaxListeners', count);
    if (emitters.length === 0) EventEmitter.defaultMaxListeners = count;
    for (const emitter of emitters) {
      requireEmitter('eventTargets', emitter);
      if (emitter.setMaxListeners) emitter.setMaxListeners(count);
      else maxOfTargets.set(emitter, count);
    }
  },
  addAbortListener(signal, listener) {
    if (signal === undefined) throw invalidArgType('signal', 'an instance of AbortSignal', signal);
    requireSignal(signal);
    requireListener(listener);
    if (signal.aborted) queueMicrotask(() => listener());
    else signal.addEventListener('abort', listener, { once: true, [Symbol.for('hookmint.resists')]: true });
    return { [Symbol.dispose ?? 'dispose']: () => signal.removeEventListener('abort', listener) };
  },
});
