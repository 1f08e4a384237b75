// The library's EventEmitter, with what Node's has beyond it.
const EventEmitter = require('events/');
const { coded, invalidArgType, outOfRange } = require('./errors.js');
const inspect = require('./inspect.js');

const { prototype } = EventEmitter;
const errorMonitor = Symbol('events.errorMonitor');
const captureRejectionSymbol = Symbol.for('nodejs.rejection');
const CAPTURE = Symbol('kCapture');
let capturesByDefault = false;
let defaultMaxListeners = EventEmitter.defaultMaxListeners;

function requireListener(listener) {
  if (typeof listener !== 'function') throw invalidArgType('listener', 'of type function', listener);
}
function requireCount(name, count) {
  if (typeof count !== 'number') throw invalidArgType(name, 'of type number', count);
  if (!(count >= 0)) throw outOfRange(name, '>= 0', count);
}

const LISTENING = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener', 'off', 'removeListener'];
const kept = {};
for (const name of LISTENING) {
  const original = prototype[name];
  kept[name] = {
    /** @this {any} */
    [name](type, listener) {
      requireListener(listener);
      return original.call(this, type, listener);
    },
  }[name];
}
Object.assign(prototype, kept, { addListener: kept.on, off: kept.removeListener });

const { emit, setMaxListeners, listenerCount } = prototype;
Object.assign(prototype, {
  /** @this {any} */
  emit(type, ...args) {
    if (type === 'error') {
      if (this._events?.[errorMonitor] !== undefined) emit.call(this, errorMonitor, ...args);
      if (this._events?.error === undefined && !(args[0] instanceof Error)) throw unhandled(args);
    }
    const isCapturing = this[CAPTURE] ?? capturesByDefault;
    return isCapturing ? emitCapturing(this, type, args) : emit.call(this, type, ...args);
  },
  /** @this {any} */
  setMaxListeners(count) {
    requireCount('setMaxListeners', count);
    return setMaxListeners.call(this, count);
  },
  /** @this {any} */
  listenerCount(type, listener = undefined) {
    if (listener === undefined) return listenerCount.call(this, type);
    return this.listeners(type).filter((one) => one === listener).length;
  },
});

/** @param {any[]} args */
function unhandled([error]) {
  let shown;
  try {
    shown = inspect(error);
  } catch {
    shown = error;
  }
  return Object.assign(coded(Error, 'ERR_UNHANDLED_ERROR', `Unhandled error. (${shown})`), { context: error });
}

/** Listeners that are asynchronous and fail make an 'error'. */
function emitCapturing(emitter, type, args) {
  const listeners = emitter.rawListeners(type);
  if (listeners.length === 0) return emit.call(emitter, type, ...args);
  for (const listener of listeners) {
    const result = Reflect.apply(listener, emitter, args);
    if (typeof result?.then !== 'function') continue;
    result.then(undefined, (error) =>
      process.nextTick(() => {
        if (typeof emitter[captureRejectionSymbol] === 'function')
          emitter[captureRejectionSymbol](error, type, ...args);
        else {
          const before = emitter[CAPTURE];
          emitter[CAPTURE] = false;
          try {
            emitter.emit('error', error);
          } finally {
            emitter[CAPTURE] = before;
          }
        }
      }),
    );
  }
  return true;
}

const { init } = EventEmitter;
EventEmitter.init = /** @this {any} */ function (options) {
  init.call(this);
  const captures = options?.captureRejections;
  if (captures === undefined) return;
  if (typeof captures !== 'boolean') throw invalidArgType('options.captureRejections', 'of type boolean', captures);
  Object.defineProperty(this, CAPTURE, { value: captures, writable: true, configurable: true });
};

/** As the library's own, which hands no options on. */
/** @this {any} */
function Emitter(options) {
  EventEmitter.init.call(this, options);
}
Emitter.prototype = prototype;
Object.defineProperty(prototype, 'constructor', { value: Emitter, writable: true, configurable: true });
Object.defineProperty(Emitter, 'name', { value: 'EventEmitter' });
Object.defineProperty(Emitter, Symbol.hasInstance, {
  value: (value) => Function.prototype[Symbol.hasInstance].call(EventEmitter, value),
  configurable: true,
});

const aborted = (signal) =>
  Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  });
function requireSignal(signal) {
  if (signal !== undefined && (typeof signal !== 'object' || signal === null || !('aborted' in signal)))
    throw invalidArgType('options.signal', 'an instance of AbortSignal', signal);
}
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
  if (signal?.aborted) throw aborted(signal);
  return new Promise((resolve, reject) => {
    const end = (settle, value) => {
      remove(emitter, name, arrived);
      if (name !== 'error' && !isTarget(emitter)) remove(emitter, 'error', failed);
      signal?.removeEventListener('abort', onAbort);
      settle(value);
    };
    const arrived = (...args) => end(resolve, args);
    const failed = (error) => end(reject, error);
    const onAbort = () => end(reject, aborted(signal));
    add(emitter, name, arrived, true);
    if (name !== 'error' && !isTarget(emitter)) add(emitter, 'error', failed, true);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** @param {{ signal?: any, close?: string[] }} options */
function on(emitter, name, options = {}) {
  const { signal, close = [] } = options;
  requireSignal(signal);
  if (signal?.aborted) throw aborted(signal);
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
  const onAbort = () => failed(aborted(signal));
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

module.exports = Object.assign(Emitter, {
  EventEmitter: Emitter,
  on,
  once,
  errorMonitor,
  captureRejectionSymbol,
  init: EventEmitter.init,
  usingDomains: false,
  listenerCount: (emitter, type) => emitter.listenerCount?.(type) ?? emitter.listeners(type).length,
  getEventListeners: (emitter, name) => emitter.listeners?.(name) ?? [],
  getMaxListeners: (emitter) => emitter.getMaxListeners?.() ?? maxOfTargets.get(emitter) ?? defaultMaxListeners,
  setMaxListeners(count = defaultMaxListeners, ...emitters) {
    requireCount('setMaxListeners', count);
    if (emitters.length === 0) defaultMaxListeners = EventEmitter.defaultMaxListeners = count;
    for (const emitter of emitters) {
      if (emitter.setMaxListeners) emitter.setMaxListeners(count);
      else maxOfTargets.set(emitter, count);
    }
  },
  addAbortListener(signal, listener) {
    if (signal === undefined) throw invalidArgType('signal', 'an instance of AbortSignal', signal);
    requireSignal(signal);
    requireListener(listener);
    if (signal.aborted) queueMicrotask(() => listener());
    else signal.addEventListener('abort', listener, { once: true });
    return { [Symbol.dispose ?? 'dispose']: () => signal.removeEventListener('abort', listener) };
  },
});
Object.defineProperties(Emitter, {
  captureRejections: {
    enumerable: true,
    configurable: true,
    get: () => capturesByDefault,
    set(value) {
      if (typeof value !== 'boolean') throw invalidArgType('EventEmitter.captureRejections', 'of type boolean', value);
      capturesByDefault = value;
    },
  },
  defaultMaxListeners: {
    enumerable: true,
    configurable: true,
    get: () => defaultMaxListeners,
    set(value) {
      requireCount('defaultMaxListeners', value);
      defaultMaxListeners = value;
      EventEmitter.defaultMaxListeners = value;
    },
  },
});
