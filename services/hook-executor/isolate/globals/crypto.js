import { bytesOf } from './buffer-source.js';
import { randomBase64 } from './connection.js';
import { defineGlobal, defineInterface } from './define.js';
import { DOMException } from './dom-exception.js';
import {
  Bytes,
  fromBase64,
  isView,
  setBytes,
  slice,
  startsWith,
  subarray,
  toHex,
  typedArrayTag,
} from './intrinsics.js';
import { illegalConstructor, invalidThis } from './node-error.js';
import { SubtleCrypto, subtle } from './subtle.js';

const MAX_RANDOM_BYTES = 65_536;
/** Random bytes are had from the host in advance, since each crossing costs more than the bytes. */
const POOL_BYTES = 1_024;
let pool = new Bytes();

function randomBytes(length) {
  if (length > POOL_BYTES) return fromBase64(randomBase64(length));
  if (pool.length < length) pool = fromBase64(randomBase64(POOL_BYTES));
  const bytes = subarray(pool, 0, length);
  pool = subarray(pool, length);
  return bytes;
}

class Crypto {
  #subtle = subtle;
  constructor(secret) {
    if (secret !== token) throw illegalConstructor();
  }
  /** @type {any} */
  static is = (value) => typeof value === 'object' && value !== null && #subtle in value;
  get subtle() {
    requireThis(this);
    return this.#subtle;
  }
  getRandomValues(array) {
    requireThis(this);
    const kind = isView(array) ? typedArrayTag(array) : undefined;
    if (kind === undefined || startsWith(kind, 'Float')) {
      throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
    }
    const bytes = bytesOf(array);
    if (bytes.length > MAX_RANDOM_BYTES) {
      throw new DOMException(`The requested length exceeds ${MAX_RANDOM_BYTES} bytes`, 'QuotaExceededError');
    }
    setBytes(bytes, randomBytes(bytes.length));
    return array;
  }
  randomUUID() {
    requireThis(this);
    const bytes = randomBytes(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = toHex(bytes);
    return `${slice(hex, 0, 8)}-${slice(hex, 8, 12)}-${slice(hex, 12, 16)}-${slice(hex, 16, 20)}-${slice(hex, 20)}`;
  }
}
const isCrypto = Crypto.is;
delete Crypto.is;
function requireThis(self) {
  if (!isCrypto(self)) throw invalidThis('Crypto');
}
const token = {};

export function defineCrypto() {
  defineInterface('Crypto', Crypto);
  defineInterface('SubtleCrypto', SubtleCrypto);
  defineGlobal('crypto', new Crypto(token));
}
