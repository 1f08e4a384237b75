import {
  bufferBytes,
  descriptorOf,
  getPrototypeOf,
  isView,
  SafeMap,
  sharedBufferBytes,
  typedArrayTag,
  uncurry,
} from './intrinsics.js';

// What an object is by birth, whatever its prototype or its tag says. A probe throws for objects of another kind.
const probe = (prototype, name) => {
  const { get, value } = descriptorOf(prototype, name);
  return uncurry(get ?? value);
};
const isError = Error.isError;

const PROBES = [
  ['Map', Map, probe(Map.prototype, 'size')],
  ['Set', Set, probe(Set.prototype, 'size')],
  ['Date', Date, probe(Date.prototype, 'getTime')],
  ['RegExp', RegExp, (value) => probeFlags(value)],
  ['ArrayBuffer', ArrayBuffer, bufferBytes],
  ['SharedArrayBuffer', SharedArrayBuffer, sharedBufferBytes],
  ['Number', Number, probe(Number.prototype, 'valueOf')],
  ['String', String, probe(String.prototype, 'valueOf')],
  ['Boolean', Boolean, probe(Boolean.prototype, 'valueOf')],
  ['BigInt', BigInt, probe(BigInt.prototype, 'valueOf')],
  ['Symbol', Symbol, probe(Symbol.prototype, 'valueOf')],
  ['WeakMap', WeakMap, (value) => probeWeakMap(value, PROBES)],
  ['WeakSet', WeakSet, (value) => probeWeakSet(value, PROBES)],
  ['WeakRef', WeakRef, probe(WeakRef.prototype, 'deref')],
  ['Promise', Promise, () => undefined],
];
const probeWeakMap = probe(WeakMap.prototype, 'has');
const probeWeakSet = probe(WeakSet.prototype, 'has');
// The one member of RegExp that throws for RegExp.prototype too.
const probeFlags = (() => {
  const compile = probe(RegExp.prototype, 'dotAll');
  return (value) => {
    if (value === regExpPrototype) throw new TypeError();
    compile(value);
  };
})();
const regExpPrototype = RegExp.prototype;

const byPrototype = new SafeMap();
for (let i = 0; i < PROBES.length; i++) {
  byPrototype.set(PROBES[i][1].prototype, { kind: PROBES[i][0], check: PROBES[i][2] });
}
const objectPrototype = Object.prototype;

/**
 * The kind of an object: 'Array' is for `Array.isArray`; a typed array gives its name ('Uint8Array'), a view 'DataView', an
 * error 'Error', a function 'Function', everything else 'Object'.
 */
export function kindOf(value) {
  if (typeof value === 'function') return 'Function';
  if (isView(value)) return typedArrayTag(value) ?? 'DataView';
  if (isError(value)) return 'Error';
  for (let prototype = getPrototypeOf(value); prototype !== null; prototype = getPrototypeOf(prototype)) {
    if (prototype === objectPrototype) break;
    const known = byPrototype.get(prototype);
    if (known === undefined) continue;
    try {
      known.check(value);
      return known.kind;
    } catch {
      return 'Object';
    }
  }
  return 'Object';
}
