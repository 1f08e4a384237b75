// The runtime's clock; who asks for this module gets marks and measures with it.
const { classes, methods } = require('./performance-timeline.js');

/** @type {any} */
const globals = globalThis;
const { performance, Performance } = globals;
for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Performance.prototype, name, { value, writable: true, enumerable: true, configurable: true });
}

module.exports = { performance, Performance, ...classes, constants: {} };
