// Whether two values are alike as Node has it: loosely, strictly, or the second one a part of the first.
const types = require('./util-types.js');

const tagOf = (value) => Object.prototype.toString.call(value);
const isObject = (value) => typeof value === 'object' && value !== null;
const areSame = (a, b, mode) => (mode === 'loose' ? a == b || (a !== a && b !== b) : Object.is(a, b));
const { propertyIsEnumerable } = Object.prototype;

/** Names of what is compared one by one, without those of items. */
function keysOf(value, mode) {
  const isIndexed = Array.isArray(value) || types.isTypedArray(value);
  const names = Object.keys(value).filter((name) => !isIndexed || !/^(?:0|[1-9]\d*)$/.test(name));
  if (mode === 'loose') return names;
  const symbols = Object.getOwnPropertySymbols(value).filter((symbol) => propertyIsEnumerable.call(value, symbol));
  return [...names, ...symbols];
}

/** Members that are compared though they are not enumerated. */
const OF_ERRORS = ['message', 'name', 'cause', 'errors'];

/** @param {Set<object>} seen what is being compared */
function alike(a, b, mode, seen) {
  if (!isObject(a) || !isObject(b)) return isObject(a) === isObject(b) && areSame(a, b, mode);
  if (a === b) return true;
  if (mode === 'strict' && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (tagOf(a) !== tagOf(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  if (!haveSameContent(a, b, mode)) return false;
  const added = [a, b].filter((value) => !seen.has(value));
  // A circle, of which everything has been looked at.
  if (added.length === 0) return true;
  for (const value of added) seen.add(value);
  try {
    return haveSameMembers(a, b, mode, seen) && haveSameItems(a, b, mode, seen);
  } finally {
    for (const value of added) seen.delete(value);
  }
}

const { getTime } = Date.prototype;
const timeOf = (date) => getTime.call(date);
/** What a boxed value is, whatever its own valueOf says. */
const bareOf = Object.fromEntries(
  [Number, String, Boolean, BigInt, Symbol].map((/** @type {any} */ { name, prototype: { valueOf } }) => [
    name,
    (box) => valueOf.call(box),
  ]),
);

/** What is in neither members nor items. */
function haveSameContent(a, b, mode) {
  const isBoth = (is) => is(a) || is(b);
  if (isBoth(types.isDate)) return types.isDate(a) && types.isDate(b) && timeOf(a) === timeOf(b);
  if (isBoth(types.isRegExp)) return String(a) === String(b) && a.flags === b.flags && a.lastIndex === b.lastIndex;
  if (isBoth(types.isNativeError)) {
    if (types.isNativeError(a) !== types.isNativeError(b)) return false;
  }
  if (isBoth(types.isBoxedPrimitive)) {
    const kind = ['Number', 'String', 'Boolean', 'BigInt', 'Symbol'].find((name) => types[`is${name}Object`](a));
    return kind !== undefined && types[`is${kind}Object`](b) && Object.is(bareOf[kind](a), bareOf[kind](b));
  }
  if (isBoth(types.isWeakMap) || isBoth(types.isWeakSet)) return false;
  if (ArrayBuffer.isView(a) || types.isAnyArrayBuffer(a)) return haveSameBytes(a, b, mode);
  for (const is of [types.isMap, types.isSet]) {
    if (is(a) !== is(b)) return false;
    if (is(a) && (mode === 'partial' ? a.size < b.size : a.size !== b.size)) return false;
  }
  if (a instanceof URL) return b instanceof URL && a.href === b.href;
  if (types.isKeyObject(a)) return types.isKeyObject(b) && a.equals(b);
  return true;
}

function haveSameBytes(a, b, mode) {
  if (!(ArrayBuffer.isView(b) || types.isAnyArrayBuffer(b))) return false;
  const isFloat = types.isFloat32Array(a) || types.isFloat64Array(a);
  const itemsOf = (value) => {
    if (mode === 'loose' && isFloat) return [...value];
    const isView = ArrayBuffer.isView(value);
    return isView ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
  };
  const [items, others] = [itemsOf(a), itemsOf(b)];
  if (mode !== 'partial') return items.length === others.length && items.every((item, i) => item === others[i]);
  let at = 0;
  for (const item of items) if (item === others[at]) at++;
  return at >= others.length;
}

function haveSameMembers(a, b, mode, seen) {
  if (types.isNativeError(a)) {
    for (const name of OF_ERRORS) {
      const [own, other] = [a, b].map((error) => name in error && !propertyIsEnumerable.call(error, name));
      if (mode === 'partial' ? other && !own : own !== other) return false;
      if (mode === 'partial' && b[name] === undefined) continue;
      if (other && !alike(a[name], b[name], mode, seen)) return false;
    }
  }
  const keys = keysOf(b, mode);
  if (mode !== 'partial' && keysOf(a, mode).length !== keys.length) return false;
  return keys.every((key) => propertyIsEnumerable.call(a, key) && alike(a[key], b[key], mode, seen));
}

function haveSameItems(a, b, mode, seen) {
  if (Array.isArray(a)) return haveSameList(a, b, mode, seen);
  if (types.isSet(a))
    return haveSamePairs(
      [...a].map((item) => [item]),
      [...b].map((item) => [item]),
      mode,
      seen,
    );
  if (types.isMap(a)) return haveSamePairs([...a], [...b], mode, seen);
  return true;
}

function haveSameList(a, b, mode, seen) {
  if (mode === 'partial') {
    if (a.length < b.length) return false;
    const others = b.filter(() => true);
    let at = 0;
    // Holes are no items.
    a.forEach((item) => {
      if (at < others.length && alike(item, others[at], mode, seen)) at++;
    });
    return at >= others.length;
  }
  if (a.length !== b.length) return false;
  // What a sparse list has is few.
  const indices = Object.keys(a).length === a.length ? a.keys() : Object.keys(a);
  for (const i of indices) if (!(i in b) || !alike(a[i], b[i], mode, seen)) return false;
  return Object.keys(a).length === Object.keys(b).length;
}

/** In any order: each of the second finds one of the first that nothing else has found. */
function haveSamePairs(pairs, others, mode, seen) {
  const left = new Set(pairs);
  const byKey = new Map(pairs.map((pair) => [pair[0], pair]));
  return others.every((other) => {
    const known = byKey.get(other[0]);
    const isMatch = (pair) => left.has(pair) && pair.every((part, i) => alike(part, other[i], mode, seen));
    const found = known !== undefined && isMatch(known) ? known : [...left].find(isMatch);
    return found !== undefined && left.delete(found);
  });
}

const compare = (mode) => (a, b) => alike(a, b, mode, new Set());

module.exports = {
  isDeepEqual: compare('loose'),
  isDeepStrictEqual: compare('strict'),
  isPartOf: compare('partial'),
};
