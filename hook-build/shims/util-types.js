// What a value is by birth, whatever its prototype says: a member of its kind throws for any other.
const { isView } = ArrayBuffer;
const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const { get: arrayName } = /** @type {any} */ (Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag));
const nameOf = (value) => (isView(value) ? arrayName.call(value) : undefined);
const isTagged = (tag) => (value) => Object.prototype.toString.call(value) === `[object ${tag}]`;

function isBorn(Class, member) {
  const { get, value: method } = /** @type {any} */ (Object.getOwnPropertyDescriptor(Class.prototype, member));
  const probe = get ?? method;
  return (value) => {
    if (value === Class.prototype) return false;
    try {
      probe.call(value);
      return true;
    } catch {
      return false;
    }
  };
}
const isBoxed = (Class) => {
  const isKind = isBorn(Class, 'valueOf');
  return (value) => typeof value === 'object' && value !== null && isKind(value);
};

const BOXED = { Boolean, Number, String, Symbol, BigInt };
const ARRAYS = ['Uint8', 'Uint8Clamped', 'Uint16', 'Uint32', 'Int8', 'Int16', 'Int32', 'Float16', 'Float32', 'Float64'];

const types = {
  isDate: isBorn(Date, 'getTime'),
  isRegExp: isBorn(RegExp, 'dotAll'),
  isMap: isBorn(Map, 'size'),
  isSet: isBorn(Set, 'size'),
  isWeakMap: isBorn(WeakMap, 'has'),
  isWeakSet: isBorn(WeakSet, 'has'),
  isArrayBuffer: isBorn(ArrayBuffer, 'byteLength'),
  // There is none in hooks.
  isSharedArrayBuffer: () => false,
  isPromise: (value) => value instanceof Promise,
  isNativeError: Error.isError,
  isMapIterator: isTagged('Map Iterator'),
  isSetIterator: isTagged('Set Iterator'),
  isGeneratorObject: isTagged('Generator'),
  isArgumentsObject: isTagged('Arguments'),
  isModuleNamespaceObject: isTagged('Module'),
  isAsyncFunction: (value) =>
    typeof value === 'function' && /^\[object Async/.test(Object.prototype.toString.call(value)),
  isGeneratorFunction: (value) =>
    typeof value === 'function' && /GeneratorFunction\]$/.test(Object.prototype.toString.call(value)),
  isArrayBufferView: isView,
  isTypedArray: (value) => nameOf(value) !== undefined,
  isDataView: (value) => isView(value) && nameOf(value) === undefined,
  isKeyObject: (value) => typeof value?.export === 'function' && isTagged('KeyObject')(value),
  isCryptoKey: isTagged('CryptoKey'),
  // Code in an isolate is not told.
  isProxy: () => false,
  isExternal: () => false,
};
types.isAnyArrayBuffer = types.isArrayBuffer;
for (const [name, Class] of Object.entries(BOXED)) types[`is${name}Object`] = isBoxed(Class);
types.isBoxedPrimitive = (value) => Object.keys(BOXED).some((name) => types[`is${name}Object`](value));
for (const name of [...ARRAYS, 'BigInt64', 'BigUint64']) {
  types[`is${name}Array`] = (value) => nameOf(value) === `${name}Array`;
}

module.exports = types;
