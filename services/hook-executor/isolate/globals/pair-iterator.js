import {
  apply,
  create,
  defineProperty,
  getPrototypeOf,
  iterator,
  push,
  setPrototypeOf,
  toStringTag,
} from './intrinsics.js';
import { coded } from './node-error.js';

const iteratorPrototype = getPrototypeOf(getPrototypeOf([][iterator]()));

/**
 * `entries`, `keys`, `values`, `forEach` and `Symbol.iterator` for a class that is a live list of pairs.
 *
 * @param pairsOf Gives the list as it is now, for an instance; throws for anything else.
 * @returns What is needed to show its iterators.
 */
export function definePairs(Class, name, pairsOf) {
  class PairIterator {
    #target;
    #kind;
    #index = 0;
    static is = (value) => typeof value === 'object' && value !== null && #target in value;
    constructor(target, kind) {
      pairsOf(target);
      this.#target = target;
      this.#kind = kind;
    }
    next() {
      if (!isIterator(this))
        throw coded(TypeError, 'ERR_INVALID_THIS', `Value of "this" must be of type ${name}Iterator`);
      const pairs = pairsOf(this.#target);
      if (this.#index >= pairs.length) return { value: undefined, done: true };
      return { value: this.#item(pairs[this.#index++]), done: false };
    }
    #item(pair) {
      return this.#kind === 2 ? [pair[0], pair[1]] : pair[this.#kind];
    }
    /** What is still to come. */
    static rest(pairIterator) {
      const items = [];
      const pairs = pairsOf(pairIterator.#target);
      for (let i = pairIterator.#index; i < pairs.length; i++) push(items, pairIterator.#item(pairs[i]));
      return items;
    }
  }
  const { is: isIterator, rest } = PairIterator;
  const prototype = create(iteratorPrototype, {
    next: { value: PairIterator.prototype.next, writable: true, enumerable: true, configurable: true },
    [toStringTag]: { value: `${name} Iterator`, configurable: true },
  });
  const iterate = (target, kind) => {
    const pairIterator = new PairIterator(target, kind);
    setPrototypeOf(pairIterator, prototype);
    return pairIterator;
  };
  const methods = {
    entries() {
      return iterate(this, 2);
    },
    keys() {
      return iterate(this, 0);
    },
    values() {
      return iterate(this, 1);
    },
    forEach(callback, thisArg = undefined) {
      pairsOf(this);
      if (typeof callback !== 'function') {
        const message = `The "callback" argument must be of type function. Received ${typeof callback}`;
        throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', message);
      }
      for (let i = 0; i < pairsOf(this).length; i++) {
        const pair = pairsOf(this)[i];
        apply(callback, thisArg, [pair[1], pair[0], this]);
      }
    },
  };
  for (const key of ['entries', 'keys', 'values', 'forEach']) {
    defineProperty(Class.prototype, key, { value: methods[key], writable: true, enumerable: true, configurable: true });
  }
  defineProperty(Class.prototype, iterator, { value: methods.entries, writable: true, configurable: true });
  return { prototype, isIterator, rest };
}
