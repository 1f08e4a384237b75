import { elapsedMs, reportUncaught } from './connection.js';
import { defineInterface } from './define.js';
import { inspect } from './inspect.js';
import { apply, defineProperty, deleteProperty, push, sliceArray, splice } from './intrinsics.js';
import { coded } from './node-error.js';

const requireArguments = (given, wanted) => {
  if (given >= wanted) return;
  throw coded(
    TypeError,
    'ERR_MISSING_ARGS',
    `${wanted} argument${wanted > 1 ? 's' : ''} required, but only ${given} present.`,
  );
};
const invalid = (message) => coded(TypeError, 'ERR_INVALID_ARG_TYPE', message);

/** An option of listeners: nobody who stops the event stops them. Node's events.addAbortListener needs it. */
const RESISTS = Symbol.for('hookmint.resists');

export class Event {
  #type;
  #bubbles;
  #cancelable;
  #composed;
  #timeStamp;
  #trusted = false;
  #target = null;
  #dispatching = false;
  #canceled = false;
  #stopped = false;
  #stoppedNow = false;
  #passive = false;

  constructor(type, /** @type {any} */ options = undefined) {
    requireArguments(arguments.length, 1);
    this.#type = `${type}`;
    this.#bubbles = !!options?.bubbles;
    this.#cancelable = !!options?.cancelable;
    this.#composed = !!options?.composed;
  }

  static trusted(type) {
    const event = new Event(type);
    event.#trusted = true;
    return event;
  }

  static dispatch(target, event, listeners) {
    if (event.#dispatching) throw coded(Error, 'ERR_EVENT_RECURSION', 'The event is already being dispatched');
    event.#dispatching = true;
    event.#target = target;
    const list = sliceArray(listeners);
    for (let i = 0; i < list.length; i++) {
      const listener = list[i];
      if (event.#stoppedNow && !listener.resists) continue;
      if (listener.removed || listener.type !== event.#type) continue;
      if (listener.once) remove(listeners, listener);
      event.#passive = listener.passive;
      try {
        const { callback } = listener;
        if (typeof callback === 'function') apply(callback, target, [event]);
        else callback.handleEvent(event);
      } catch (error) {
        reportUncaught(error, inspect);
      }
      event.#passive = false;
    }
    event.#dispatching = false;
    event.#stopped = false;
    event.#stoppedNow = false;
    return !event.#canceled;
  }

  static is = (value) => typeof value === 'object' && value !== null && #type in value;

  get type() {
    return this.#type;
  }
  get target() {
    return this.#target;
  }
  get srcElement() {
    return this.#target;
  }
  get currentTarget() {
    return this.#dispatching ? this.#target : null;
  }
  get eventPhase() {
    return this.#dispatching ? 2 : 0;
  }
  get bubbles() {
    return this.#bubbles;
  }
  get cancelable() {
    return this.#cancelable;
  }
  get composed() {
    return this.#composed;
  }
  get defaultPrevented() {
    return this.#canceled;
  }
  get returnValue() {
    return !this.#canceled;
  }
  get cancelBubble() {
    return this.#stopped;
  }
  set cancelBubble(value) {
    if (value) this.#stopped = true;
  }
  get isTrusted() {
    return this.#trusted;
  }
  get timeStamp() {
    return (this.#timeStamp ??= elapsedMs());
  }
  composedPath() {
    return this.#dispatching ? [this.#target] : [];
  }
  preventDefault() {
    if (this.#cancelable && !this.#passive) this.#canceled = true;
  }
  stopPropagation() {
    this.#stopped = true;
  }
  stopImmediatePropagation() {
    this.#stopped = true;
    this.#stoppedNow = true;
  }
}
const { trusted, dispatch, is: isEvent } = Event;
for (const name of ['trusted', 'dispatch', 'is']) delete Event[name];
const phases = ['NONE', 'CAPTURING_PHASE', 'AT_TARGET', 'BUBBLING_PHASE'];
for (let i = 0; i < phases.length; i++) {
  defineProperty(Event, phases[i], { value: i, enumerable: true });
  defineProperty(Event.prototype, phases[i], { value: i, enumerable: true });
}

class CustomEvent extends Event {
  #detail;
  constructor(type, /** @type {any} */ options = undefined) {
    requireArguments(arguments.length, 1);
    super(type, options);
    this.#detail = options?.detail ?? null;
  }
  get detail() {
    return this.#detail;
  }
}

function remove(listeners, listener) {
  listener.removed = true;
  for (let i = 0; i < listeners.length; i++) {
    if (listeners[i] === listener) return void splice(listeners, i, 1);
  }
}

const captures = (options) => (typeof options === 'boolean' ? options : !!options?.capture);

export class EventTarget {
  #listeners = [];

  addEventListener(type, callback, /** @type {any} */ options = undefined) {
    requireArguments(arguments.length, 2);
    if (callback === null || callback === undefined) return;
    if (typeof callback !== 'function' && typeof callback !== 'object') {
      throw invalid('The "listener" argument must be an instance of EventListener.');
    }
    const capture = captures(options);
    const signal = options?.signal;
    if (signal !== undefined && (typeof signal !== 'object' || signal === null || !('aborted' in signal)))
      throw invalid('The "options.signal" property must be an instance of AbortSignal.');
    if (signal?.aborted) return;
    const listeners = this.#listeners;
    type = `${type}`;
    for (let i = 0; i < listeners.length; i++) {
      const other = listeners[i];
      if (other.type === type && other.callback === callback && other.capture === capture) return;
    }
    const listener = {
      __proto__: null,
      type,
      callback,
      capture,
      once: !!options?.once,
      passive: !!options?.passive,
      resists: !!options?.[RESISTS],
      removed: false,
    };
    push(listeners, listener);
    if (signal) signal.addEventListener('abort', () => remove(listeners, listener), { once: true });
  }

  removeEventListener(type, callback, options = undefined) {
    requireArguments(arguments.length, 2);
    const capture = captures(options);
    type = `${type}`;
    const listeners = this.#listeners;
    for (let i = 0; i < listeners.length; i++) {
      const other = listeners[i];
      if (other.type === type && other.callback === callback && other.capture === capture)
        return remove(listeners, other);
    }
  }

  dispatchEvent(event) {
    if (!isEvent(event)) throw invalid('The "event" argument must be an instance of Event.');
    return dispatch(this, event, this.#listeners);
  }

  static dispatchTrusted = (target, type) => dispatch(target, trusted(type), target.#listeners);
}
export const dispatchTrusted = EventTarget.dispatchTrusted;
deleteProperty(EventTarget, 'dispatchTrusted');

/** An `on…` property: one listener that can be read and replaced, in its place among the others. */
export function defineHandler(Class, type) {
  const handlers = new WeakMap();
  const get = handlers.get.bind(handlers);
  const set = handlers.set.bind(handlers);
  const add = EventTarget.prototype.addEventListener;
  defineProperty(Class.prototype, `on${type}`, {
    get() {
      return get(this)?.handler ?? null;
    },
    set(handler) {
      const known = get(this);
      const value = typeof handler === 'function' ? handler : null;
      if (known !== undefined) known.handler = value;
      else if (value !== null) {
        const entry = { __proto__: null, handler: value };
        set(this, entry);
        apply(add, this, [type, (event) => entry.handler !== null && apply(entry.handler, this, [event])]);
      }
    },
    enumerable: true,
    configurable: true,
  });
}

export function defineEvents() {
  defineInterface('Event', Event);
  defineInterface('CustomEvent', CustomEvent);
  defineInterface('EventTarget', EventTarget);
}
