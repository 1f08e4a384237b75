import { bytesOf, concatBytes, copyBytes, isBufferSource } from './buffer-source.js';
import { defineInterface } from './define.js';
import {
  apply,
  dateNow,
  deleteProperty,
  floor,
  isNaN,
  iterator,
  matches,
  max,
  min,
  push,
  replace,
  resolved,
  sliceBytes,
  toLowerCase,
  toWellFormed,
} from './intrinsics.js';
import { coded } from './node-error.js';
import { showAs } from './shown.js';
import { streamOf } from './streams.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

const typeOf = (type) => {
  const text = `${type ?? ''}`;
  return matches(/[^\x20-\x7e]/, text) ? '' : toLowerCase(text);
};

/** Web IDL's [Clamp] long long: to the nearest whole number, to the even one of two. */
function clamped(value) {
  const number = Number(value);
  if (isNaN(number)) return 0;
  const below = floor(number);
  const above = number - below;
  return above > 0.5 || (above === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

/** What a Blob is made of: Blobs, buffers, and everything else as text. */
function itemsOf(parts) {
  const method =
    parts !== null && (typeof parts === 'object' || typeof parts === 'function') ? parts[iterator] : undefined;
  if (typeof method !== 'function') throw new TypeError('The "sources" argument must be an iterable.');
  const items = [];
  const parting = apply(method, parts, []);
  for (let { value, done } = parting.next(); !done; { value, done } = parting.next()) {
    push(items, isBlob(value) || isBufferSource(value) ? value : `${value}`);
  }
  return items;
}

function blobOptions(options) {
  if (options === undefined || options === null) return {};
  if (typeof options !== 'object' && typeof options !== 'function')
    throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "options" argument must be of type object.');
  let { endings } = options;
  const { type } = options;
  if (endings !== undefined) endings = `${endings}`;
  if (endings !== undefined && endings !== 'transparent' && endings !== 'native')
    throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', `The property 'options.endings' is invalid. Received '${endings}'`);
  return { endings, type };
}

export class Blob {
  #bytes;
  #type;

  constructor(parts = [], options = undefined) {
    const items = itemsOf(parts);
    const { endings, type } = blobOptions(options);
    const chunks = [];
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (typeof item !== 'string') push(chunks, isBlob(item) ? item.#bytes : bytesOf(item));
      else push(chunks, encodeUtf8(endings === 'native' ? replace(item, /\r\n?/g, '\n') : item));
    }
    this.#bytes = concatBytes(chunks);
    this.#type = typeOf(type);
  }

  static is = (value) => typeof value === 'object' && value !== null && #bytes in value;
  static bytes = (blob) => blob.#bytes;
  static of(bytes, type) {
    const blob = new Blob();
    blob.#bytes = bytes;
    blob.#type = type;
    return blob;
  }

  get size() {
    return this.#bytes.length;
  }
  get type() {
    return this.#type;
  }
  slice(start = 0, end = this.#bytes.length, type = '') {
    const { length } = this.#bytes;
    const index = (value) => {
      const whole = clamped(value);
      return whole < 0 ? max(length + whole, 0) : min(whole, length);
    };
    const from = index(start);
    return blobOf(sliceBytes(this.#bytes, from, max(index(end), from)), typeOf(`${type}`));
  }
  arrayBuffer() {
    return resolved(copyBytes(this.#bytes).buffer);
  }
  bytes() {
    return resolved(copyBytes(this.#bytes));
  }
  text() {
    return resolved(decodeUtf8(this.#bytes));
  }
  stream() {
    return streamOf(copyBytes(this.#bytes));
  }
}
export const isBlob = Blob.is;
export const blobBytes = Blob.bytes;
export const blobOf = Blob.of;
for (const name of ['is', 'bytes', 'of']) delete Blob[name];

export class File extends Blob {
  #name;
  #lastModified;
  constructor(parts, name, /** @type {any} */ options = undefined) {
    if (arguments.length < 2)
      throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "bits" and "name" arguments must be specified');
    super(parts, options);
    this.#name = toWellFormed(`${name}`);
    this.#lastModified =
      options?.lastModified === undefined ? dateNow() : Math.trunc(Number(options.lastModified)) || 0;
  }
  static is = (value) => typeof value === 'object' && value !== null && #name in value;
  static of(bytes, type, name, lastModified = dateNow()) {
    const file = new File([bytes], name, { lastModified });
    return type === '' ? file : new File([bytes], name, { lastModified, type });
  }
  get name() {
    return this.#name;
  }
  get lastModified() {
    return this.#lastModified;
  }
}
export const isFile = File.is;
export const fileOf = File.of;
deleteProperty(File, 'is');
deleteProperty(File, 'of');

/** For structuredClone: bytes never change, so they are shared. */
export function blobCopy(blob) {
  return isFile(blob)
    ? fileOf(blobBytes(blob), blob.type, blob.name, blob.lastModified)
    : blobOf(blobBytes(blob), blob.type);
}

export function defineBlob() {
  defineInterface('Blob', Blob);
  showAs(Blob, isBlob, ({ size, type }) => ({ size, type }));
  defineInterface('File', File);
}
