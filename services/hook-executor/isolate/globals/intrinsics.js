// What the runtime uses of the language, taken before the hook runs: a hook that changes the built-ins changes them for
// itself alone, and sees nothing of what the runtime keeps.
const { bind, call } = Function.prototype;
/** `uncurry(fn)(self, ...args)` is `fn.call(self, ...args)`, whatever became of `Function.prototype`. */
export const uncurry = bind.bind(call);

export const { apply, construct, ownKeys, deleteProperty, defineProperty: tryToDefine } = Reflect;
export const {
  assign,
  create,
  defineProperty,
  entries,
  freeze,
  getOwnPropertyDescriptor,
  getOwnPropertyNames,
  getOwnPropertySymbols,
  getPrototypeOf,
  is,
  keys,
  setPrototypeOf,
} = Object;
export const hasOwn = uncurry(Object.prototype.hasOwnProperty);
/**
 * Of a property that is there.
 *
 * @returns {any}
 */
export const descriptorOf = (object, name) => getOwnPropertyDescriptor(object, name);
/** The function that reads a property. */
export const getterOf = (object, name) => uncurry(descriptorOf(object, name).get);

export const { isArray, from: arrayFrom } = Array;
/** Defines, where Array.prototype.push would set: a setter of that index on a prototype sees nothing. */
export function push(list, value) {
  defineProperty(list, list.length, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  return list.length;
}
export const splice = uncurry(Array.prototype.splice);
export const sliceArray = uncurry(Array.prototype.slice);
export const sortArray = uncurry(Array.prototype.sort);
export const joinArray = uncurry(Array.prototype.join);
export const indexOfItem = uncurry(Array.prototype.indexOf);

export const { fromCharCode, fromCodePoint } = String;
export const charCodeAt = uncurry(String.prototype.charCodeAt);
export const slice = uncurry(String.prototype.slice);
export const indexOf = uncurry(String.prototype.indexOf);
export const includes = uncurry(String.prototype.includes);
export const startsWith = uncurry(String.prototype.startsWith);
export const split = uncurry(String.prototype.split);
export const repeat = uncurry(String.prototype.repeat);
export const replace = uncurry(String.prototype.replace);
export const replaceAll = uncurry(String.prototype.replaceAll);
export const toLowerCase = uncurry(String.prototype.toLowerCase);
export const toUpperCase = uncurry(String.prototype.toUpperCase);
export const toWellFormed = uncurry(String.prototype.toWellFormed);
export const exec = uncurry(RegExp.prototype.exec);
export const matches = (regexp, text) => exec(regexp, text) !== null;

export const { parse, stringify } = JSON;
export const { floor, max, min, round, sqrt, trunc } = Math;
export const { isNaN, parseFloat, parseInt } = Number;
export const dateNow = Date.now;
export const PromiseClass = Promise;
export const then = uncurry(Promise.prototype.then);
export const resolved = Promise.resolve.bind(Promise);
export const iterator = Symbol.iterator;
export const asyncIterator = Symbol.asyncIterator;
export const toStringTag = Symbol.toStringTag;

export const Bytes = Uint8Array;
export const typedArrayTag = getterOf(getPrototypeOf(Uint8Array.prototype), toStringTag);
const typedArray = getPrototypeOf(Uint8Array.prototype);
export const viewBuffer = getterOf(typedArray, 'buffer');
export const viewOffset = getterOf(typedArray, 'byteOffset');
export const viewBytes = getterOf(typedArray, 'byteLength');
export const setBytes = uncurry(typedArray.set);
export const subarray = uncurry(typedArray.subarray);
export const sliceBytes = uncurry(typedArray.slice);
export const dataViewBuffer = getterOf(DataView.prototype, 'buffer');
export const dataViewOffset = getterOf(DataView.prototype, 'byteOffset');
export const dataViewBytes = getterOf(DataView.prototype, 'byteLength');
export const bufferBytes = getterOf(ArrayBuffer.prototype, 'byteLength');
export const sharedBufferBytes = getterOf(SharedArrayBuffer.prototype, 'byteLength');
export const sliceBuffer = uncurry(ArrayBuffer.prototype.slice);
export const transferBuffer = uncurry(ArrayBuffer.prototype.transfer);
export const isView = ArrayBuffer.isView;
export const toBase64 = uncurry(Uint8Array.prototype.toBase64);
export const fromBase64 = Uint8Array.fromBase64.bind(Uint8Array);

/** A class whose instances keep the methods they were born with. */
function safe(Base) {
  class Safe extends Base {}
  for (const key of ownKeys(Base.prototype)) {
    if (key !== 'constructor') defineProperty(Safe.prototype, key, descriptorOf(Base.prototype, key));
  }
  setPrototypeOf(Safe.prototype, null);
  freeze(Safe.prototype);
  return Safe;
}
export const SafeMap = safe(Map);
export const toHex = uncurry(Uint8Array.prototype.toHex);
export const BigInt = globalThis.BigInt;

const { wait } = Atomics;
const nothing = new Int32Array(new SharedArrayBuffer(4));
/** Sleeps so many milliseconds. Hooks cannot: for them there is neither. */
export const pause = (ms) => void wait(nothing, 0, 0, ms);
