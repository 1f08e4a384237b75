import {
  getOwnPropertyDescriptor,
  getOwnPropertySymbols,
  getPrototypeOf,
  isEnumerable,
  keys as keysOf,
  lastIndexOf,
  matches,
  ownKeys,
  push,
  slice,
  sliceArray,
  toStringTag,
  uncurry,
} from './intrinsics.js';

// What util.inspect calls an object, and which of its properties it shows.

const hasInstance = uncurry(Function.prototype[Symbol.hasInstance]);

/** The key of an array's element. */
export const INDEX = /^(0|[1-9][0-9]*)$/;

export function constructorName(value) {
  for (let object = value; object !== null; object = getPrototypeOf(object)) {
    const constructor = getOwnPropertyDescriptor(object, 'constructor')?.value;
    if (typeof constructor !== 'function') continue;
    const name = getOwnPropertyDescriptor(constructor, 'name')?.value;
    if (typeof name === 'string' && name !== '' && isInstance(value, constructor)) return name;
  }
  return getPrototypeOf(value) === null ? null : 'Object <Complex prototype>';
}
function isInstance(value, constructor) {
  try {
    return hasInstance(constructor, value);
  } catch {
    return false;
  }
}

/** `Symbol.toStringTag`, as long as reading it runs no getter of the hook's: those of the language and the runtime are data. */
export function tagOf(value) {
  if (isEnumerable(value, toStringTag)) return '';
  for (let object = value; object !== null; object = getPrototypeOf(object)) {
    const descriptor = getOwnPropertyDescriptor(object, toStringTag);
    if (descriptor !== undefined) return typeof descriptor.value === 'string' ? descriptor.value : '';
  }
  return '';
}

export function prefixOf(name, tag, fallback, size = '') {
  if (name === null) {
    return tag !== '' && fallback !== tag
      ? `[${fallback}${size}: null prototype] [${tag}] `
      : `[${fallback}${size}: null prototype] `;
  }
  if (tag !== '' && name !== tag) {
    const dot = lastIndexOf(tag, '.');
    return dot >= 1 && name === slice(tag, dot + 1) ? `${tag}${size} ` : `${name}${size} [${tag}] `;
  }
  return `${name}${size} `;
}

export function shownKeys(ctx, value, indexed) {
  const all = ctx.showHidden ? sliceArray(ownKeys(value)) : keysOf(value);
  const shown = [];
  for (let i = 0; i < all.length; i++) {
    if (typeof all[i] === 'symbol' || !indexed || !matches(INDEX, all[i])) push(shown, all[i]);
  }
  if (!ctx.showHidden) {
    const symbols = getOwnPropertySymbols(value);
    for (let i = 0; i < symbols.length; i++) if (isEnumerable(value, symbols[i])) push(shown, symbols[i]);
  }
  return shown;
}
