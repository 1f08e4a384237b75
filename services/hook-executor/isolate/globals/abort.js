import { defineInterface } from './define.js';
import { DOMException } from './dom-exception.js';
import { defineHandler, dispatchTrusted, EventTarget } from './events.js';
import { iterator, push } from './intrinsics.js';
import { coded, illegalConstructor } from './node-error.js';
import { setTimeout } from './timers.js';
import { showAs } from './shown.js';

const token = {};

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason;
  #steps = [];
  /** Of a signal made of others: those that are not. */
  #roots;
  #dependents = [];

  constructor(secret) {
    if (secret !== token) throw illegalConstructor();
    super();
  }

  get aborted() {
    return this.#aborted;
  }
  get reason() {
    return this.#reason;
  }
  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason = new DOMException('This operation was aborted', 'AbortError')) {
    const signal = new AbortSignal(token);
    abort(signal, reason);
    return signal;
  }

  static timeout(delayMs) {
    const ms = +delayMs;
    if (!(ms >= 0 && ms <= Number.MAX_SAFE_INTEGER)) {
      throw coded(
        RangeError,
        'ERR_OUT_OF_RANGE',
        `The value of "delay" is out of range. It must be >= 0 && <= 9007199254740991. Received ${delayMs}`,
      );
    }
    const signal = new AbortSignal(token);
    setTimeout(
      () => abort(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
      ms,
    ).unref();
    return signal;
  }

  static any(signals) {
    if (typeof signals?.[iterator] !== 'function')
      throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "signals" argument must be iterable.');
    const result = new AbortSignal(token);
    const sources = [];
    for (const signal of signals) {
      if (!isSignal(signal))
        throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "signals" argument must hold instances of AbortSignal.');
      push(sources, signal);
    }
    for (let i = 0; i < sources.length; i++) {
      if (sources[i].#aborted) {
        abort(result, sources[i].#reason);
        return result;
      }
    }
    for (let i = 0; i < sources.length; i++) {
      const roots = sources[i].#roots ?? [sources[i]];
      for (let j = 0; j < roots.length; j++) {
        push((result.#roots ??= []), roots[j]);
        push(roots[j].#dependents, result);
      }
    }
    return result;
  }

  static runAbort(signal, reason) {
    if (signal.#aborted) return;
    // All that depend on it are aborted before the first of them is told.
    const signals = [signal];
    for (let i = 0; i < signal.#dependents.length; i++) push(signals, signal.#dependents[i]);
    signal.#dependents = [];
    const told = [];
    for (let i = 0; i < signals.length; i++) {
      if (signals[i].#aborted) continue;
      signals[i].#aborted = true;
      signals[i].#reason = reason;
      push(told, signals[i]);
    }
    for (let i = 0; i < told.length; i++) {
      const steps = told[i].#steps;
      told[i].#steps = [];
      for (let j = 0; j < steps.length; j++) steps[j]?.();
      dispatchTrusted(told[i], 'abort');
    }
  }
  static addStep(signal, step) {
    const index = signal.#steps.length;
    push(signal.#steps, step);
    return () => void (signal.#steps[index] = undefined);
  }
  static is = (value) => typeof value === 'object' && value !== null && #steps in value;
  static reasonOf = (signal) => signal.#reason;
  static isAborted = (signal) => signal.#aborted;
}
const abort = AbortSignal.runAbort;
/** Runs `step` when the signal aborts, before its listeners. Gives a function that takes the step back. */
export const onAbort = AbortSignal.addStep;
export const isSignal = AbortSignal.is;
export const reasonOf = AbortSignal.reasonOf;
export const isAborted = AbortSignal.isAborted;
for (const name of ['runAbort', 'addStep', 'is', 'reasonOf', 'isAborted']) delete AbortSignal[name];

export class AbortController {
  #signal = new AbortSignal(token);
  get signal() {
    return this.#signal;
  }
  abort(reason = new DOMException('This operation was aborted', 'AbortError')) {
    abort(this.#signal, reason);
  }
}

export function defineAbort() {
  defineHandler(AbortSignal, 'abort');
  defineInterface('AbortSignal', AbortSignal);
  showAs(AbortSignal, isSignal, (signal) => ({ aborted: isAborted(signal) }));
  defineInterface('AbortController', AbortController);
}
