// EventEmitter as Node has it.
const { coded, invalidArgType, outOfRange } = require('../errors.js');
const inspect = require('../inspect.js');

const errorMonitor = Symbol('events.errorMonitor');
const captureRejectionSymbol = Symbol.for('nodejs.rejection');
const CAPTURE = Symbol('kCapture');
const defaults = { maxListeners: 10, captures: false };

function requireListener(listener) {
  if (typeof listener !== 'function') throw invalidArgType('listener', 'of type function', listener);
}
function requireCount(name, count) {
  if (typeof count !== 'number') throw invalidArgType(name, 'of type number', count);
  if (!(count >= 0)) throw outOfRange(name, 'a non-negative number', count);
}
function requireBoolean(name, value) {
  if (typeof value !== 'boolean') throw invalidArgType(name, 'of type boolean', value);
}

/** @type {any} */
const EventEmitter = /** @this {any} */ function EventEmitter(options) {
  EventEmitter.init.call(this, options);
};
EventEmitter.init = /** @this {any} */ function (options) {
  if (this._events === undefined || this._events === Object.getPrototypeOf(this)._events) {
    this._events = Object.create(null);
    this._eventsCount = 0;
  }
  this._maxListeners ||= undefined;
  const captures = options?.captureRejections;
  if (captures) requireBoolean('options.captureRejections', captures);
  Object.defineProperty(this, CAPTURE, { value: captures || defaults.captures, writable: true, configurable: true });
};

/** An 'error' that nobody listens to. */
function unhandled(error) {
  if (error instanceof Error) return error;
  let shown;
  try {
    shown = inspect(error);
  } catch {
    shown = error;
  }
  return Object.assign(coded(Error, 'ERR_UNHANDLED_ERROR', `Unhandled error. (${shown})`), { context: error });
}

/** What a listener that is asynchronous throws is an 'error', or goes to the emitter's own method for it. */
function capture(emitter, result, type, args) {
  try {
    const { then } = result;
    if (typeof then !== 'function') return;
    then.call(result, undefined, (error) => process.nextTick(rejected, emitter, error, type, args));
  } catch (error) {
    emitter.emit('error', error);
  }
}
function rejected(emitter, error, type, args) {
  if (typeof emitter[captureRejectionSymbol] === 'function') {
    emitter[captureRejectionSymbol](error, type, ...args);
    return;
  }
  const before = emitter[CAPTURE];
  try {
    emitter[CAPTURE] = false;
    emitter.emit('error', error);
  } finally {
    emitter[CAPTURE] = before;
  }
}

const limitOf = (emitter) => emitter._maxListeners ?? defaults.maxListeners;

function warnOfLeak(emitter, type, listeners) {
  listeners.warned = true;
  const count = listeners.length;
  const who = inspect(emitter, { depth: -1 });
  const message = `Possible EventEmitter memory leak detected. ${count} ${String(type)} listeners added to ${who}. MaxListeners is ${limitOf(emitter)}. Use emitter.setMaxListeners() to increase limit`;
  process.emitWarning(Object.assign(new Error(message), { name: 'MaxListenersExceededWarning', emitter, type, count }));
}

function add(emitter, type, listener, isFirst) {
  requireListener(listener);
  if (emitter._events === undefined) {
    emitter._events = Object.create(null);
    emitter._eventsCount = 0;
  } else if (emitter._events.newListener !== undefined) {
    emitter.emit('newListener', type, listener.listener ?? listener);
  }
  const events = emitter._events;
  const existing = events[type];
  if (existing === undefined) {
    events[type] = listener;
    emitter._eventsCount++;
    return emitter;
  }
  const listeners = typeof existing === 'function' ? (events[type] = [existing]) : existing;
  if (isFirst) listeners.unshift(listener);
  else listeners.push(listener);
  const most = limitOf(emitter);
  if (most > 0 && listeners.length > most && !listeners.warned) warnOfLeak(emitter, type, listeners);
  return emitter;
}

function onceOf(emitter, type, listener) {
  requireListener(listener);
  const wrapped = function (...args) {
    if (wrapped.fired) return undefined;
    emitter.removeListener(type, wrapped);
    wrapped.fired = true;
    return Reflect.apply(listener, emitter, args);
  };
  wrapped.fired = false;
  wrapped.listener = listener;
  return wrapped;
}

function listed(emitter, type) {
  const existing = emitter._events?.[type];
  return existing === undefined ? [] : typeof existing === 'function' ? [existing] : [...existing];
}

function forget(emitter, type) {
  if (--emitter._eventsCount === 0) emitter._events = Object.create(null);
  else delete emitter._events[type];
}

/** @type {any} */
const { prototype } = EventEmitter;
/** @type {any} */
const members = {
  _events: undefined,
  _eventsCount: 0,
  _maxListeners: undefined,
  setMaxListeners(count) {
    requireCount('setMaxListeners', count);
    this._maxListeners = count;
    return this;
  },
  getMaxListeners() {
    return limitOf(this);
  },
  emit(type, ...args) {
    const events = this._events;
    if (type === 'error') {
      if (events?.[errorMonitor] !== undefined) this.emit(errorMonitor, ...args);
      if (events?.error === undefined) throw unhandled(args[0]);
    }
    const existing = events?.[type];
    if (existing === undefined) return false;
    for (const listener of typeof existing === 'function' ? [existing] : [...existing]) {
      const result = Reflect.apply(listener, this, args);
      if (result !== undefined && result !== null && this[CAPTURE]) capture(this, result, type, args);
    }
    return true;
  },
  addListener(type, listener) {
    return add(this, type, listener, false);
  },
  on: undefined,
  prependListener(type, listener) {
    return add(this, type, listener, true);
  },
  once(type, listener) {
    return this.on(type, onceOf(this, type, listener));
  },
  prependOnceListener(type, listener) {
    return this.prependListener(type, onceOf(this, type, listener));
  },
  removeListener(type, listener) {
    requireListener(listener);
    const existing = this._events?.[type];
    if (existing === undefined) return this;
    let removed = listener;
    if (typeof existing === 'function') {
      if (existing !== listener && existing.listener !== listener) return this;
      removed = existing.listener ?? listener;
      forget(this, type);
    } else {
      const at = existing.findLastIndex((one) => one === listener || one.listener === listener);
      if (at < 0) return this;
      existing.splice(at, 1);
      if (existing.length === 1) this._events[type] = existing[0];
    }
    if (this._events.removeListener !== undefined) this.emit('removeListener', type, removed);
    return this;
  },
  off: undefined,
  removeAllListeners(type) {
    const events = this._events;
    if (events === undefined) return this;
    if (arguments.length === 0) {
      if (events.removeListener !== undefined) {
        for (const key of Reflect.ownKeys(events)) if (key !== 'removeListener') this.removeAllListeners(key);
        this.removeAllListeners('removeListener');
      }
      this._events = Object.create(null);
      this._eventsCount = 0;
    } else if (events.removeListener === undefined) {
      if (events[type] !== undefined) forget(this, type);
    } else for (const listener of listed(this, type).reverse()) this.removeListener(type, listener);
    return this;
  },
  listeners(type) {
    return listed(this, type).map((one) => one.listener ?? one);
  },
  rawListeners(type) {
    return listed(this, type);
  },
  listenerCount(type, listener = undefined) {
    const all = listed(this, type);
    if (listener === undefined || listener === null) return all.length;
    return all.filter((one) => one === listener || one.listener === listener).length;
  },
  eventNames() {
    return this._eventsCount > 0 ? Reflect.ownKeys(this._events) : [];
  },
};
Object.assign(prototype, members);
prototype.on = prototype.addListener;
prototype.off = prototype.removeListener;

Object.defineProperties(EventEmitter, {
  captureRejections: {
    enumerable: true,
    configurable: true,
    get: () => defaults.captures,
    set(value) {
      requireBoolean('EventEmitter.captureRejections', value);
      defaults.captures = value;
    },
  },
  defaultMaxListeners: {
    enumerable: true,
    configurable: true,
    get: () => defaults.maxListeners,
    set(value) {
      requireCount('defaultMaxListeners', value);
      defaults.maxListeners = value;
    },
  },
});

module.exports = { EventEmitter, captureRejectionSymbol, errorMonitor, requireCount, requireListener };
