import { reportUncaught, runId } from './connection.js';
import { defineGlobal, hidden, tag } from './define.js';
import { armTimer, disarmTimer, forgetTimer } from './host-timers.js';
import { inspect } from './inspect.js';
import { apply, defineProperty, PromiseClass, push, resolved, SafeMap, then, trunc } from './intrinsics.js';
import { placeOfCaller } from './last-calls.js';
import { coded } from './node-error.js';

/** Timers and immediates of one isolate that have not fired. */
const MAX_TIMERS = 1_000;
const MAX_DELAY_MS = 2_147_483_647;

const active = new SafeMap();
let lastTimerId = 0;

const report = (error) => reportUncaught(error, inspect);

function requireCallback(callback) {
  if (typeof callback === 'function') return;
  const received = callback === null || callback === undefined ? String(callback) : `type ${typeof callback}`;
  throw coded(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "callback" argument must be of type function. Received ${received}`,
  );
}

/** Node's: what is no delay is one of 1 ms. */
function delayOf(delay) {
  const ms = +delay;
  if (ms > MAX_DELAY_MS) {
    const text = `${ms} does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.`;
    globalThis.process.emitWarning(text, 'TimeoutOverflowWarning');
  }
  return ms >= 1 && ms <= MAX_DELAY_MS ? trunc(ms) : 1;
}

class Timer {
  #id = ++lastTimerId;
  #callback;
  #args;
  #delayMs;
  /** Milliseconds; null of what fires once. */
  #repeat;
  #refed = true;
  #run;
  #place = placeOfCaller();
  #arms = 0;

  constructor(callback, args, delayMs, repeat) {
    this.#callback = callback;
    this.#args = args;
    this.#delayMs = delayMs;
    this.#repeat = repeat;
    this.#arm();
  }

  #arm() {
    this.#arms++;
    if (!active.has(this.#id) && active.size >= MAX_TIMERS) {
      throw new RangeError(`at most ${MAX_TIMERS} timers can be active at a time`);
    }
    active.set(this.#id, this);
    this.#run = runId();
    armTimer(this.#run, this.#id, this.#delayMs);
  }

  static stop(timer) {
    if (active.delete(timer.#id)) disarmTimer(timer.#run, timer.#id);
  }

  /** What it called may have cleared it, or have armed it again. */
  static fire(timer) {
    const arms = timer.#arms;
    try {
      if (typeof timer.#callback === 'function') apply(timer.#callback, timer, timer.#args);
    } catch (error) {
      report(error);
    }
    if (!active.has(timer.#id) || timer.#arms !== arms) return;
    active.delete(timer.#id);
    if (!timer.#repeat || typeof timer.#callback !== 'function' || timer.#delayMs < 0) return;
    timer.#delayMs = delayOf(timer.#repeat);
    timer.#arm();
  }

  static runOf = (timer) => timer.#run;
  static idOf = (timer) => timer.#id;
  static described = (timer) => ({ kind: 'timer', detail: timer.#delayMs, place: timer.#place });
  static isTimer = (value) => typeof value === 'object' && value !== null && #id in value;

  // Of what is no timer too, which they leave as it is.
  ref() {
    if (#refed in this) this.#refed = true;
    return this;
  }
  unref() {
    if (#refed in this) this.#refed = false;
    return this;
  }
  hasRef() {
    return this.#refed;
  }
  static refresh(timer) {
    if (active.has(timer.#id)) disarmTimer(timer.#run, timer.#id);
    timer.#arm();
  }

  // What Node's timers have under these names, and libraries of mock timers and of pools look at.
  get _destroyed() {
    return !active.has(this.#id);
  }
  get _onTimeout() {
    return this.#callback;
  }
  set _onTimeout(callback) {
    this.#callback = callback;
  }
  get _idleTimeout() {
    return this.#delayMs;
  }
  set _idleTimeout(delayMs) {
    this.#delayMs = +delayMs;
  }
  get _repeat() {
    return this.#repeat;
  }
  set _repeat(delayMs) {
    this.#repeat = delayMs === null ? null : +delayMs;
  }
}
const { fire, stop, refresh, runOf, idOf, described, isTimer } = Timer;
// A timer's `constructor` is nothing a hook gets hold of the statics by.
for (const name of ['fire', 'stop', 'refresh', 'runOf', 'idOf', 'described', 'isTimer']) delete Timer[name];

class Timeout extends Timer {
  refresh() {
    refresh(this);
    return this;
  }
  close() {
    stop(this);
    return this;
  }
  [Symbol.toPrimitive]() {
    return idOf(this);
  }
  [Symbol.dispose]() {
    stop(this);
  }
}
class Immediate extends Timer {
  [Symbol.dispose]() {
    stop(this);
  }
}
tag(Timeout.prototype, 'Timeout');
tag(Immediate.prototype, 'Immediate');
// Named as Node's are, and not the classes themselves, which check nothing.
const constructors = { Timer() {}, Timeout() {}, Immediate() {} };
const named = [
  [Timer, constructors.Timer],
  [Timeout, constructors.Timeout],
  [Immediate, constructors.Immediate],
];
for (const [Class, constructor] of named) {
  defineProperty(constructor, 'prototype', { value: Class.prototype });
  defineProperty(Class.prototype, 'constructor', { value: constructor, writable: true, configurable: true });
}

export function setTimeout(callback, delay, ...args) {
  requireCallback(callback);
  return new Timeout(callback, args, delayOf(delay), null);
}

function setInterval(callback, delay, ...args) {
  requireCallback(callback);
  const delayMs = delayOf(delay);
  return new Timeout(callback, args, delayMs, delayMs);
}

function setImmediate(callback, ...args) {
  requireCallback(callback);
  return new Immediate(callback, args, 0, null);
}

function clear(timer) {
  if (isTimer(timer)) stop(timer);
  else if (typeof timer === 'number' || typeof timer === 'string') {
    const found = active.get(+timer);
    if (found !== undefined) stop(found);
  }
}
export function clearTimeout(timer) {
  clear(timer);
}
function clearInterval(timer) {
  clear(timer);
}
function clearImmediate(timer) {
  clear(timer);
}

/** Gives what it was, if it was a timer. */
export function fireTimer(timerId) {
  forgetTimer(timerId);
  const timer = active.get(timerId);
  if (timer === undefined) return undefined;
  fire(timer);
  return described(timer);
}

export function addOpenTimers(run, open) {
  active.forEach((timer) => {
    if (runOf(timer) === run) push(open, described(timer));
  });
}

/** Drops an ended run's timers. The host is not told: they are its own to drop. */
export function dropTimers(run) {
  active.forEach((timer, id) => {
    if (runOf(timer) !== run) return;
    active.delete(id);
    forgetTimer(id);
  });
}

/** Runs a function once everything that runs now has ended. */
export function enqueueMicrotask(callback, args) {
  then(resolved(), () => {
    try {
      apply(callback, undefined, args);
    } catch (error) {
      report(error);
    }
  });
}

function queueMicrotask(callback) {
  requireCallback(callback);
  enqueueMicrotask(callback, []);
}

export function defineTimers() {
  const functions = {
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout,
    clearInterval,
    clearImmediate,
    queueMicrotask,
  };
  for (const name in functions) defineGlobal(name, functions[name]);
  const promisified = Symbol.for('nodejs.util.promisify.custom');
  hidden(setTimeout, promisified, (delay, value) => new PromiseClass((resolve) => setTimeout(resolve, delay, value)));
  hidden(setImmediate, promisified, (value) => new PromiseClass((resolve) => setImmediate(resolve, value)));
}
