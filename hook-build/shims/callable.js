/** A class that can be called without `new`, as Node's older ones can. */
module.exports = (Class) => new Proxy(Class, { __proto__: null, apply: (target, _self, args) => new target(...args) });
