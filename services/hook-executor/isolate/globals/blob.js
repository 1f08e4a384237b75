import { bytesOf, concatBytes, copyBytes, isBufferSource } from './buffer-source.js';
import { defineInterface } from './define.js';
import {
  dateNow,
  floor,
  iterator,
  matches,
  max,
  min,
  push,
  resolved,
  sliceBytes,
  toLowerCase,
  toWellFormed,
} from './intrinsics.js';
import { coded } from './node-error.js';
import { streamOf } from './streams.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

const typeOf = (type) => {
  const text = `${type ?? ''}`;
  return matches(/[^\x20-\x7e]/, text) ? '' : toLowerCase(text);
};

export class Blob {
  #bytes;
  #type;

  constructor(parts = [], options = {}) {
    if (parts === null || typeof parts !== 'object' || typeof parts[iterator] !== 'function') {
      throw new TypeError('The "sources" argument must be an iterable.');
    }
    const chunks = [];
    for (const part of parts) {
      if (isBlob(part)) push(chunks, part.#bytes);
      else push(chunks, isBufferSource(part) ? bytesOf(part) : encodeUtf8(`${part}`));
    }
    this.#bytes = concatBytes(chunks);
    this.#type = typeOf(options?.type);
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
    const index = (value) => (value < 0 ? max(length + floor(value), 0) : min(floor(value) || 0, length));
    const from = index(start);
    return blobOf(sliceBytes(this.#bytes, from, max(index(end), from)), typeOf(type));
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
  constructor(parts, name, options = {}) {
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
delete File.is;
delete File.of;

/** For structuredClone: bytes never change, so they are shared. */
export function blobCopy(blob) {
  return isFile(blob)
    ? fileOf(blobBytes(blob), blob.type, blob.name, blob.lastModified)
    : blobOf(blobBytes(blob), blob.type);
}

export function defineBlob() {
  defineInterface('Blob', Blob);
  defineInterface('File', File);
}
