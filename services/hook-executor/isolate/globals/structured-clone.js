import { blobCopy, isBlob } from './blob.js';
import { kindOf } from './brands.js';
import { defineGlobal } from './define.js';
import { DOMException, isDomException } from './dom-exception.js';
import {
  defineProperty,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  getterOf,
  hasOwn,
  isArray,
  iterator,
  keys,
  push,
  SafeMap,
  sliceBuffer,
  transferBuffer,
  uncurry,
} from './intrinsics.js';
import { coded } from './node-error.js';

/** Tell the objects of the platform that are not to be cloned. */
const uncloneable = [];
export const refuseToClone = (test) => void push(uncloneable, test);

const getTime = uncurry(Date.prototype.getTime);
const mapForEach = uncurry(Map.prototype.forEach);
const mapSet = uncurry(Map.prototype.set);
const setForEach = uncurry(Set.prototype.forEach);
const setAdd = uncurry(Set.prototype.add);
const regExpSource = getterOf(RegExp.prototype, 'source');
const regExpFlags = getterOf(RegExp.prototype, 'flags');
const unbox = {
  Number: uncurry(Number.prototype.valueOf),
  String: uncurry(String.prototype.valueOf),
  Boolean: uncurry(Boolean.prototype.valueOf),
  BigInt: uncurry(BigInt.prototype.valueOf),
};
const views = {};
for (const Class of [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
  ...(typeof Float16Array === 'function' ? [Float16Array] : []),
]) {
  views[Class.name] = Class;
}
const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
const { Map: MapClass, Set: SetClass, Date: DateClass, RegExp: RegExpClass, Object: ObjectFunction } = globalThis;

const refuse = (value) => {
  const shown = typeof value === 'symbol' || typeof value === 'function' ? String(value) : `#<${inspectName(value)}>`;
  throw new DOMException(`${shown} could not be cloned.`, 'DataCloneError');
};
const inspectName = (value) => {
  try {
    return getPrototypeOf(value)?.constructor?.name || 'Object';
  } catch {
    return 'Object';
  }
};

const define = (target, key, value) =>
  defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });

function clone(value, seen) {
  if (typeof value === 'symbol' || typeof value === 'function') refuse(value);
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const kind = kindOf(value);
  switch (kind) {
    case 'Object':
      return cloneObject(value, seen);
    case 'Map':
      return cloneMap(value, seen);
    case 'Set':
      return cloneSet(value, seen);
    case 'Error':
      return cloneError(value, seen);
    case 'Date':
      return remember(value, new DateClass(getTime(value)), seen);
    case 'RegExp':
      return remember(value, new RegExpClass(regExpSource(value), regExpFlags(value)), seen);
    case 'ArrayBuffer':
      return remember(value, sliceBuffer(value, 0), seen);
    case 'SharedArrayBuffer':
      return value;
    case 'Number':
    case 'String':
    case 'Boolean':
    case 'BigInt':
      return remember(value, ObjectFunction(unbox[kind](value)), seen);
  }
  if (hasOwn(views, kind)) return cloneView(value, kind, seen);
  return refuse(value);
}

function remember(value, copy, seen) {
  seen.set(value, copy);
  return copy;
}

function cloneObject(value, seen) {
  for (let i = 0; i < uncloneable.length; i++) if (uncloneable[i](value)) return refuse(value);
  if (isBlob(value)) return remember(value, blobCopy(value), seen);
  // A class's error that has no stack of its own, as ours is.
  if (isDomException(value)) {
    const { message, name, stack } = /** @type {any} */ (value);
    const copy = new DOMException(message, name);
    if (typeof stack === 'string') defineProperty(copy, 'stack', { value: stack, writable: true, configurable: true });
    return remember(value, copy, seen);
  }
  const copy = remember(value, isArray(value) ? new Array(value.length) : {}, seen);
  const names = keys(value);
  for (let i = 0; i < names.length; i++) {
    if (hasOwn(value, names[i])) define(copy, names[i], clone(value[names[i]], seen));
  }
  return copy;
}

function cloneMap(value, seen) {
  const copy = remember(value, new MapClass(), seen);
  const pairs = [];
  mapForEach(value, (item, key) => push(pairs, [key, item]));
  for (let i = 0; i < pairs.length; i++) mapSet(copy, clone(pairs[i][0], seen), clone(pairs[i][1], seen));
  return copy;
}

function cloneSet(value, seen) {
  const copy = remember(value, new SetClass(), seen);
  const items = [];
  setForEach(value, (item) => push(items, item));
  for (let i = 0; i < items.length; i++) setAdd(copy, clone(items[i], seen));
  return copy;
}

function cloneError(value, seen) {
  const name = `${value.name}`;
  const Class = hasOwn(errors, name) ? errors[name] : Error;
  const copy = new Class();
  remember(value, copy, seen);
  const own = (key, item) => defineProperty(copy, key, { value: item, writable: true, configurable: true });
  const message = getOwnPropertyDescriptor(value, 'message');
  if (message !== undefined && 'value' in message) own('message', `${message.value}`);
  own('stack', typeof value.stack === 'string' ? value.stack : undefined);
  if (hasOwn(value, 'cause')) own('cause', clone(value.cause, seen));
  return copy;
}

function cloneView(value, kind, seen) {
  const buffer = clone(value.buffer, seen);
  const length = kind === 'DataView' ? value.byteLength : value.length;
  return remember(value, new views[kind](buffer, value.byteOffset, length), seen);
}

export function structuredClone(value, /** @type {any} */ options = undefined) {
  if (arguments.length === 0) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "value" argument must be specified');
  const seen = new SafeMap();
  const transferred = [];
  const transfer = options?.transfer;
  if (transfer !== undefined && transfer !== null) {
    if (typeof transfer[iterator] !== 'function') throw new TypeError('The "transfer" option must be iterable.');
    for (const item of transfer) {
      if (typeof item !== 'object' || item === null || kindOf(item) !== 'ArrayBuffer') {
        throw new DOMException('Value not transferable', 'DataCloneError');
      }
      push(transferred, item);
    }
  }
  const copy = clone(value, seen);
  // Last, since views on them have to be read before.
  for (let i = 0; i < transferred.length; i++) transferBuffer(transferred[i]);
  return copy;
}

export function defineStructuredClone() {
  defineGlobal('structuredClone', structuredClone);
}
