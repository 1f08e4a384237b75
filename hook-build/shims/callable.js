/** A class that can be called without `new`, as Node's older ones can. */
module.exports = (Class) => {
  const made = new Proxy(Class, { __proto__: null, apply: (target, _self, args) => new target(...args) });
  Object.defineProperty(Class.prototype, 'constructor', { value: made, writable: true, configurable: true });
  return made;
};
