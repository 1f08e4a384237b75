import { elapsedMs, timeOriginMs } from './connection.js';
import { defineGlobal, defineInterface } from './define.js';
import { EventTarget } from './events.js';
import { illegalConstructor } from './node-error.js';

const token = {};

class Performance extends EventTarget {
  #origin = timeOriginMs;
  constructor(secret) {
    if (secret !== token) throw illegalConstructor();
    super();
  }
  now() {
    this.#origin;
    return elapsedMs();
  }
  get timeOrigin() {
    return this.#origin;
  }
  toJSON() {
    return { timeOrigin: this.#origin };
  }
}

export function definePerformance() {
  defineInterface('Performance', Performance);
  defineGlobal('performance', new Performance(token));
}
