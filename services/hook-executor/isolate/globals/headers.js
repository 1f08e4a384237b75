import { defineInterface } from './define.js';
import {
  charCodeAt,
  getOwnPropertyDescriptor,
  iterator,
  matches,
  ownKeys,
  push,
  SafeMap,
  slice,
  sortArray,
  toLowerCase,
} from './intrinsics.js';
import { definePairs } from './pair-iterator.js';
import { record, showAs } from './shown.js';
import { refuseToClone } from './structured-clone.js';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FORBIDDEN_IN_VALUE = /[\0\r\n]/;

function byteString(value) {
  const text = `${value}`;
  for (let i = 0; i < text.length; i++) {
    if (charCodeAt(text, i) > 255) {
      throw new TypeError(
        `Cannot convert argument to a ByteString because the character at index ${i} has a value of ${charCodeAt(text, i)} which is greater than 255.`,
      );
    }
  }
  return text;
}

function nameOf(name) {
  const text = byteString(name);
  if (!matches(TOKEN, text)) throw new TypeError(`Headers: ${text} is an invalid header name.`);
  return toLowerCase(text);
}

const isBlank = (code) => code === 9 || code === 10 || code === 13 || code === 32;

function stripped(text) {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(charCodeAt(text, start))) start++;
  while (end > start && isBlank(charCodeAt(text, end - 1))) end--;
  return slice(text, start, end);
}

function valueOf(value) {
  const text = stripped(byteString(value));
  if (matches(FORBIDDEN_IN_VALUE, text)) throw new TypeError(`Headers: "${text}" is an invalid header value.`);
  return text;
}

export class Headers {
  /** Lower-case name to the values under it. */
  #values = new SafeMap();
  #fixed = false;

  constructor(/** @type {any} */ init = undefined) {
    if (init !== undefined) fill(this, init);
  }

  static fill(headers, init) {
    if (init === null || (typeof init !== 'object' && typeof init !== 'function')) {
      throw new TypeError('Headers: the initializer must be a record, a list of pairs or Headers');
    }
    if (#values in init && init[iterator] === ownIterator) {
      init.#values.forEach((values, name) => {
        for (let i = 0; i < values.length; i++) append(headers, name, values[i]);
      });
      return;
    }
    if (init[iterator] !== undefined && init[iterator] !== null) {
      for (const item of init) {
        const pair = item !== null && typeof item === 'object' && typeof item[iterator] === 'function' ? [...item] : [];
        if (pair.length !== 2) throw new TypeError('Headers: each header must be a pair of name and value');
        append(headers, nameOf(pair[0]), valueOf(pair[1]));
      }
      return;
    }
    const names = ownKeys(init);
    for (let i = 0; i < names.length; i++) {
      if (!getOwnPropertyDescriptor(init, names[i])?.enumerable) continue;
      append(headers, nameOf(names[i]), valueOf(init[names[i]]));
    }
  }
  static append(headers, name, value) {
    const values = headers.#values.get(name);
    if (values === undefined) headers.#values.set(name, [value]);
    else push(values, value);
  }
  /** Name and value pairs, sorted; cookies one by one, the rest joined. */
  static pairsOf(headers) {
    const names = [];
    headers.#values.forEach((_, name) => push(names, name));
    sortArray(names);
    const pairs = [];
    for (let i = 0; i < names.length; i++) {
      const values = headers.#values.get(names[i]);
      if (names[i] === 'set-cookie') for (let j = 0; j < values.length; j++) push(pairs, [names[i], values[j]]);
      else push(pairs, [names[i], joined(names[i], values)]);
    }
    return pairs;
  }
  /** In the order in which they were set, for those who look. */
  static record(headers) {
    const pairs = [];
    headers.#values.forEach((values, name) => push(pairs, [name, joined(name, values)]));
    return pairs;
  }
  static fix(headers) {
    headers.#fixed = true;
    return headers;
  }
  static requireOpen(headers) {
    if (headers.#fixed) throw new TypeError('immutable');
  }
  static is = (value) => typeof value === 'object' && value !== null && #values in value;

  append(name, value) {
    const pair = [nameOf(name), valueOf(value)];
    requireOpen(this);
    append(this, pair[0], pair[1]);
  }
  delete(name) {
    name = nameOf(name);
    requireOpen(this);
    this.#values.delete(name);
  }
  get(name) {
    name = nameOf(name);
    const values = this.#values.get(name);
    return values === undefined ? null : joined(name, values);
  }
  has(name) {
    return this.#values.has(nameOf(name));
  }
  set(name, value) {
    const pair = [nameOf(name), valueOf(value)];
    requireOpen(this);
    this.#values.set(pair[0], [pair[1]]);
  }
  getSetCookie() {
    const values = this.#values.get('set-cookie') ?? [];
    const copy = [];
    for (let i = 0; i < values.length; i++) push(copy, values[i]);
    return copy;
  }
}

function joined(name, values) {
  let text = values[0];
  for (let i = 1; i < values.length; i++) text += (name === 'cookie' ? '; ' : ', ') + values[i];
  return text;
}

const { fill, append, pairsOf, requireOpen } = Headers;
export const headerPairs = pairsOf;
const shownHeaders = Headers.record;
export const fixHeaders = Headers.fix;
export const isHeaders = Headers.is;
export const appendHeader = append;
for (const name of ['fill', 'append', 'pairsOf', 'record', 'fix', 'requireOpen', 'is']) delete Headers[name];
definePairs(Headers, 'Headers', pairsOf);
const ownIterator = Headers.prototype[iterator];

export function defineHeaders() {
  defineInterface('Headers', Headers);
  refuseToClone(isHeaders);
  showAs(Headers, isHeaders, (headers) => record(shownHeaders(headers)));
}
