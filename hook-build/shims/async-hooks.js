// A store follows what it began: through promises, timers and microtasks. A bundle that names AsyncLocalStorage has no `await` of the
// language's own (bundle/bundle-hook.ts): each is a `then`, and there the context is kept, as it is where a timer or a microtask is begun.

const { coded, invalidArgType, requireString } = require('./errors.js');

/** The stores of all storages, never changed: another one takes its place. */
let current = new Map();
const NONE = current;

function within(context, run) {
  const before = current;
  current = context;
  try {
    return run();
  } finally {
    current = before;
  }
}

function bound(run) {
  if (typeof run !== 'function') return run;
  const context = current;
  /** @this {unknown} */
  return function (...args) {
    return within(context, () => Reflect.apply(run, this, args));
  };
}

const { then } = Promise.prototype;
const define = (target, name, value) =>
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });

/** @this {Promise<unknown>} */
function keptThen(onFulfilled, onRejected) {
  return Reflect.apply(then, this, [bound(onFulfilled), bound(onRejected)]);
}
define(Promise.prototype, 'then', keptThen);
define(Promise.prototype.then, 'name', 'then');

/** A function that takes a callback first. */
function keepContextOf(target, name) {
  const original = target[name];
  if (typeof original !== 'function') return;
  /** @this {unknown} */
  const kept = function (callback, ...args) {
    return Reflect.apply(original, this, [bound(callback), ...args]);
  };
  Object.defineProperties(kept, Object.getOwnPropertyDescriptors(original));
  define(target, name, kept);
}
for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']) keepContextOf(globalThis, name);
keepContextOf(process, 'nextTick');

class AsyncLocalStorage {
  run(store, run, ...args) {
    return within(this.#with(store), () => run(...args));
  }
  exit(run, ...args) {
    return this.run(undefined, run, ...args);
  }
  getStore() {
    return current.get(this);
  }
  enterWith(store) {
    current = this.#with(store);
    // What the isolate is entered with next, another run perhaps, is not in it any more.
    Reflect.apply(then, Promise.resolve(), [() => (current = NONE)]);
  }
  disable() {
    current = new Map(current);
    current.delete(this);
  }
  #with(store) {
    return new Map(current).set(this, store);
  }
  static bind(run) {
    if (typeof run !== 'function') throw invalidArgType('fn', 'of type function', run);
    return bound(run);
  }
  static snapshot() {
    return bound((run, ...args) => run(...args));
  }
}

let lastId = 1;
let executing = 0;
let triggering = 0;
let isHooked = false;

class AsyncResource {
  #context = current;
  #id = ++lastId;
  #triggerId = executing;
  constructor(type, /** @type {any} */ options = undefined) {
    requireString('type', type);
    if (type === '' && isHooked) throw coded(TypeError, 'ERR_ASYNC_TYPE', 'Invalid name for async "type": ');
    const triggerId = typeof options === 'number' ? options : options?.triggerAsyncId;
    if (triggerId === undefined) return;
    if (!Number.isSafeInteger(triggerId) || triggerId < -1)
      throw coded(RangeError, 'ERR_INVALID_ASYNC_ID', `Invalid triggerAsyncId value: ${triggerId}`);
    this.#triggerId = triggerId;
  }
  runInAsyncScope(run, self = undefined, ...args) {
    const before = [executing, triggering];
    [executing, triggering] = [this.#id, this.#triggerId];
    try {
      return within(this.#context, () => Reflect.apply(run, self, args));
    } finally {
      [executing, triggering] = before;
    }
  }
  bind(run, /** @type {any} */ self = undefined) {
    if (typeof run !== 'function') throw invalidArgType('fn', 'of type function', run);
    const resource = this;
    /** @this {unknown} */
    return function (...args) {
      return resource.runInAsyncScope(run, self ?? this, ...args);
    };
  }
  static bind(run, type = undefined, self = undefined) {
    return new AsyncResource(type || run.name || 'bound-anonymous-fn').bind(run, self);
  }
  emitDestroy() {
    return this;
  }
  asyncId() {
    return this.#id;
  }
  triggerAsyncId() {
    return this.#triggerId;
  }
}

/** What a hook of this kind would hear of, no code in an isolate is told. */
class AsyncHook {
  enable() {
    isHooked = true;
    return this;
  }
  disable() {
    return this;
  }
}

const CALLBACKS = ['init', 'before', 'after', 'destroy', 'promiseResolve'];
function createHook(callbacks) {
  for (const name of CALLBACKS) {
    if (callbacks[name] !== undefined && typeof callbacks[name] !== 'function')
      throw coded(TypeError, 'ERR_ASYNC_CALLBACK', `hook.${name} must be a function`);
  }
  return new AsyncHook();
}

module.exports = {
  AsyncResource,
  AsyncLocalStorage,
  createHook,
  executionAsyncId: () => executing,
  triggerAsyncId: () => triggering,
  executionAsyncResource: () => ({}),
};
