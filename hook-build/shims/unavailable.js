// Modules of Node that hooks have nothing of. Libraries require them and take from them without using them: that works, and so
// does extending a class of theirs. To call anything throws.
/** By which it can be told from what is there. */
const UNAVAILABLE = Symbol.for('hookmint.unavailable');
const NOT_NAMES = new Set(['then', 'toJSON', '__esModule', 'default', 'inspect', 'splice', 'length']);

/** @param {string} instead what there is for it */
module.exports = function unavailable(name, top = name, instead = '') {
  const refuse = () => {
    throw Object.assign(
      new Error(`${top} is not available in hooks (${name})${instead === '' ? '' : `: ${instead}`}`),
      {
        code: 'ERR_NOT_AVAILABLE_IN_HOOKS',
      },
    );
  };
  const taken = new Map();
  const take = (key) => {
    if (typeof key === 'symbol' || NOT_NAMES.has(key)) return undefined;
    if (!taken.has(key)) taken.set(key, unavailable(`${name}.${key}`, top, instead));
    return taken.get(key);
  };
  // A namespace made for `import` copies what the module has of its own, and finds the rest through its prototype.
  const prototype = new Proxy(Object.create(Function.prototype), {
    get: (target, key) => (key in target ? target[key] : take(key)),
  });
  return new Proxy(function () {}, {
    get: (target, key) => (key === UNAVAILABLE ? true : key in target ? target[key] : take(key)),
    getPrototypeOf: () => prototype,
    apply: refuse,
    construct: refuse,
  });
};
