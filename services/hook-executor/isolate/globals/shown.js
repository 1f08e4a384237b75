import { hidden } from './define.js';
import { defineProperty, push } from './intrinsics.js';

// What inspect shows of objects whose state is private: by the method that it asks every object for.

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

export const nameOf = (value) => `${value?.constructor?.name ?? 'Object'}`;

/**
 * @param test Whether a value is of the class, whatever its prototype says.
 * @param describe Gives an object with what is shown.
 */
export function showAs(Class, test, describe) {
  show(Class, test, (value, options, inspect) => `${nameOf(value)} ${inspect(describe(value), options)}`);
}

/**
 * Shown as a list of names and values.
 *
 * @param {string} [deeper] What stands for an object that is too deep; its class, unless it is given.
 */
export function showPairs(Class, test, pairsOf, deeper = undefined) {
  const shown = (value, options, inspect) => {
    const output = [];
    let length = 0;
    for (const [name, text] of pairsOf(value)) {
      push(output, `${inspect(name, options)} => ${inspect(text, options)}`);
      length += output[output.length - 1].length + 2;
    }
    if (output.length === 0) return `${nameOf(value)} {}`;
    return length - 2 > options.breakLength
      ? `${nameOf(value)} {\n  ${output.join(',\n  ')} }`
      : `${nameOf(value)} { ${output.join(', ')} }`;
  };
  show(Class, test, shown, deeper);
}

/** @param {string} [deeper] What stands for an object that is too deep; its class, unless it is given. */
export function show(Class, test, text, deeper = undefined) {
  const method = {
    /** @this {unknown} */
    [CUSTOM](depth, options, inspect) {
      if (!test(this)) return this;
      if (typeof depth === 'number' && depth < 0) return deeper ?? `[${nameOf(this)}]`;
      const left = options?.depth;
      return text(this, { ...options, depth: typeof left === 'number' ? left - 1 : left }, inspect);
    },
  }[CUSTOM];
  hidden(Class.prototype, CUSTOM, method);
}

/** An object of these pairs, whatever their names. */
export function record(pairs) {
  const target = {};
  for (let i = 0; i < pairs.length; i++) {
    defineProperty(target, pairs[i][0], { value: pairs[i][1], enumerable: true, configurable: true, writable: true });
  }
  return target;
}

/** V8 tells code in an isolate nothing of a promise's state. */
export function definePromiseShown() {
  show(
    Promise,
    (value) => value instanceof Promise,
    (value) => `${nameOf(value)} { <state unknown> }`,
  );
}
