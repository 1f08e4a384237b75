import { definePairs } from './pair-iterator.js';
import { defineInterface } from './define.js';
import {
  Bytes,
  charCodeAt,
  fromCharCode,
  includes,
  indexOf,
  iterator,
  ownKeys,
  push,
  replaceAll,
  slice,
  sortArray,
  split,
  getOwnPropertyDescriptor,
  subarray,
  toWellFormed,
} from './intrinsics.js';
import { coded } from './node-error.js';
import { show, showPairs } from './shown.js';
import { decodeUtf8KeepingBom, encodeUtf8 } from './utf8.js';
import { refuseToClone } from './structured-clone.js';

const text = (value) => toWellFormed(`${value}`);
const HEX = '0123456789ABCDEF';
const hexDigit = (code) =>
  code >= 48 && code <= 57
    ? code - 48
    : code >= 65 && code <= 70
      ? code - 55
      : code >= 97 && code <= 102
        ? code - 87
        : -1;

function decodePart(part) {
  const spaced = includes(part, '+') ? replaceAll(part, '+', ' ') : part;
  if (!includes(spaced, '%')) return toWellFormed(spaced);
  const bytes = encodeUtf8(spaced);
  const decoded = new Bytes(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i];
    if (byte === 0x25 && i + 2 < bytes.length) {
      const high = hexDigit(bytes[i + 1]);
      const low = hexDigit(bytes[i + 2]);
      if (high >= 0 && low >= 0) {
        byte = high * 16 + low;
        i += 2;
      }
    }
    decoded[length++] = byte;
  }
  return decodeUtf8KeepingBom(subarray(decoded, 0, length));
}

/** The pairs of an application/x-www-form-urlencoded text. */
export function parseForm(form) {
  const pairs = [];
  const parts = split(form, '&');
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (part === '') continue;
    const equals = indexOf(part, '=');
    if (equals < 0) push(pairs, [decodePart(part), '']);
    else push(pairs, [decodePart(slice(part, 0, equals)), decodePart(slice(part, equals + 1))]);
  }
  return pairs;
}

const isPlain = (code) =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 42 ||
  code === 45 ||
  code === 46 ||
  code === 95;

function encodePart(part) {
  let plain = true;
  for (let i = 0; plain && i < part.length; i++) plain = isPlain(charCodeAt(part, i));
  if (plain) return part;
  const bytes = encodeUtf8(part);
  let encoded = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (isPlain(byte)) encoded += fromCharCode(byte);
    else encoded += byte === 32 ? '+' : `%${HEX[byte >> 4]}${HEX[byte & 15]}`;
  }
  return encoded;
}

export function formatForm(pairs) {
  let form = '';
  for (let i = 0; i < pairs.length; i++) {
    form += `${i === 0 ? '' : '&'}${encodePart(pairs[i][0])}=${encodePart(pairs[i][1])}`;
  }
  return form;
}

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

function pairsFrom(init) {
  if (!isObject(init)) {
    const form = text(init);
    return parseForm(form[0] === '?' ? slice(form, 1) : form);
  }
  const pairs = [];
  const method = init[iterator];
  if (method !== undefined && method !== null) {
    if (typeof method !== 'function') throw coded(TypeError, 'ERR_ARG_NOT_ITERABLE', 'Query pairs must be iterable');
    for (const item of init) {
      if (!isObject(item) || typeof item[iterator] !== 'function') {
        throw coded(TypeError, 'ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple');
      }
      const pair = [...item];
      if (pair.length !== 2) {
        throw coded(TypeError, 'ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple');
      }
      push(pairs, [text(pair[0]), text(pair[1])]);
    }
    return pairs;
  }
  const names = ownKeys(init);
  for (let i = 0; i < names.length; i++) {
    if (!getOwnPropertyDescriptor(init, names[i])?.enumerable) continue;
    if (typeof names[i] === 'symbol') throw new TypeError('Cannot convert a Symbol value to a string');
    setPair(pairs, text(names[i]), text(init[names[i]]));
  }
  return pairs;
}

function setPair(pairs, name, value) {
  let kept = 0;
  let found = false;
  for (let i = 0; i < pairs.length; i++) {
    if (pairs[i][0] !== name) pairs[kept++] = pairs[i];
    else if (!found) {
      found = true;
      pairs[kept++] = [name, value];
    }
  }
  pairs.length = kept;
  if (!found) push(pairs, [name, value]);
}

function requireArguments(given, names) {
  if (given >= names.length) return;
  const list = names.length === 1 ? `"${names[0]}" argument` : `"${names[0]}" and "${names[1]}" arguments`;
  throw coded(TypeError, 'ERR_MISSING_ARGS', `The ${list} must be specified`);
}

function requireThis(self) {
  if (!isSearchParams(self))
    throw coded(TypeError, 'ERR_INVALID_THIS', 'Value of "this" must be of type URLSearchParams');
}

export class URLSearchParams {
  #pairs;
  #changed;

  constructor(init = undefined) {
    this.#pairs = init === undefined || init === null ? [] : pairsFrom(init);
  }

  static of(query, changed) {
    const params = new URLSearchParams();
    params.#pairs = parseForm(query);
    params.#changed = changed;
    return params;
  }
  static reset(params, query) {
    params.#pairs = parseForm(query);
  }
  static pairsOf = (params) => {
    requireThis(params);
    return params.#pairs;
  };
  static is = (value) => typeof value === 'object' && value !== null && #pairs in value;

  get size() {
    requireThis(this);
    return this.#pairs.length;
  }
  append(name, value) {
    requireThis(this);
    requireArguments(arguments.length, ['name', 'value']);
    push(this.#pairs, [text(name), text(value)]);
    this.#changed?.(formatForm(this.#pairs));
  }
  delete(name, value = undefined) {
    requireThis(this);
    requireArguments(arguments.length, ['name']);
    name = text(name);
    const wanted = value === undefined ? undefined : text(value);
    const pairs = this.#pairs;
    let kept = 0;
    for (let i = 0; i < pairs.length; i++) {
      if (pairs[i][0] !== name || (wanted !== undefined && pairs[i][1] !== wanted)) pairs[kept++] = pairs[i];
    }
    pairs.length = kept;
    this.#changed?.(formatForm(pairs));
  }
  get(name) {
    requireThis(this);
    requireArguments(arguments.length, ['name']);
    name = text(name);
    const pairs = this.#pairs;
    for (let i = 0; i < pairs.length; i++) if (pairs[i][0] === name) return pairs[i][1];
    return null;
  }
  getAll(name) {
    requireThis(this);
    requireArguments(arguments.length, ['name']);
    name = text(name);
    const values = [];
    const pairs = this.#pairs;
    for (let i = 0; i < pairs.length; i++) if (pairs[i][0] === name) push(values, pairs[i][1]);
    return values;
  }
  has(name, value = undefined) {
    requireThis(this);
    requireArguments(arguments.length, ['name']);
    name = text(name);
    const wanted = value === undefined ? undefined : text(value);
    const pairs = this.#pairs;
    for (let i = 0; i < pairs.length; i++) {
      if (pairs[i][0] === name && (wanted === undefined || pairs[i][1] === wanted)) return true;
    }
    return false;
  }
  set(name, value) {
    requireThis(this);
    requireArguments(arguments.length, ['name', 'value']);
    setPair(this.#pairs, text(name), text(value));
    this.#changed?.(formatForm(this.#pairs));
  }
  sort() {
    requireThis(this);
    sortArray(this.#pairs, (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this.#changed?.(formatForm(this.#pairs));
  }
  toString() {
    requireThis(this);
    return formatForm(this.#pairs);
  }
}
/** The params of a URL: every change is told to `changed` with the new query. */
export const paramsOf = URLSearchParams.of;
export const resetParams = URLSearchParams.reset;
export const isSearchParams = URLSearchParams.is;
const searchPairs = URLSearchParams.pairsOf;
for (const name of ['of', 'reset', 'is', 'pairsOf']) delete URLSearchParams[name];
const iterators = definePairs(URLSearchParams, 'URLSearchParams', searchPairs);

function shownIterator(pairIterator, options, inspect) {
  const items = iterators.rest(pairIterator);
  const isBroken = includes(inspect(items, options), '\n');
  let shown = '';
  for (let i = 0; i < items.length; i++)
    shown += `${i === 0 ? '' : ','}${isBroken ? '\n  ' : i === 0 ? '' : ' '}${inspect(items[i], options)}`;
  return `URLSearchParams Iterator {${isBroken ? '' : ' '}${shown} }`;
}

export function defineUrlSearchParams() {
  defineInterface('URLSearchParams', URLSearchParams);
  refuseToClone(isSearchParams);
  // Whatever is no such object is refused by what reads its pairs.
  showPairs(URLSearchParams, () => true, searchPairs, '[Object]');
  show(iterators, iterators.isIterator, shownIterator, '[Object]');
}
