// Required first by every bundle: the globals of Node that the isolate's runtime has not, each made when first used.
require('./process.js');
if (globalThis.global === undefined) globalThis.global = globalThis;
if (globalThis.Buffer === undefined) {
  Object.defineProperty(globalThis, 'Buffer', {
    configurable: true,
    enumerable: false,
    get() {
      const { Buffer } = require('./buffer.js');
      Object.defineProperty(globalThis, 'Buffer', { configurable: true, writable: true, value: Buffer });
      return Buffer;
    },
    set(value) {
      Object.defineProperty(globalThis, 'Buffer', { configurable: true, writable: true, value });
    },
  });
}
