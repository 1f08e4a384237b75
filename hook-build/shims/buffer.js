// Buffer as Node has it: bytes of the language, with methods, checks and errors of its own.
const { coded, invalidArgType, outOfRange } = require('./errors.js');
const { contents } = require('./buffer/contents.js');
const {
  FastBuffer,
  bufferFrom,
  copied,
  isArrayBuffer,
  isTypedArray,
  isUint8Array,
  unknownEncoding,
  viewOf,
  zeros,
} = require('./buffer/from.js');
const inspect = require('./inspect.js');
const { defineNumbers } = require('./buffer/numbers.js');
const { defineSearch } = require('./buffer/search.js');
const { encodingOf, toBytes, toText } = require('./buffer/encodings.js');
const { isAscii, isUtf8, transcode } = require('./buffer/texts.js');

/**
 * As Node's, which can be called with and without `new`.
 *
 * @type {any}
 */
const Buffer = function (value, encodingOrOffset, length) {
  if (typeof value !== 'number') return Buffer.from(value, encodingOrOffset, length);
  if (typeof encodingOrOffset === 'string') throw invalidArgType('string', 'of type string', value);
  return Buffer.alloc(value);
};
Object.setPrototypeOf(Buffer, Uint8Array);
// By this libraries tell it from one that is native, which they would have do what it has of them.
Object.defineProperty(Buffer, 'TYPED_ARRAY_SUPPORT', { value: true });
Buffer.prototype = FastBuffer.prototype;
Object.defineProperty(Buffer.prototype, 'constructor', { value: Buffer, writable: true, configurable: true });
Object.defineProperty(Buffer, Symbol.species, { get: () => FastBuffer, enumerable: true, configurable: true });

const MAX_LENGTH = 2 ** 53 - 1;
const MAX_STRING_LENGTH = 536_870_888;
const BUFFER_OR_ARRAY = 'an instance of Buffer or Uint8Array';
const { prototype } = Buffer;
const methods = (target, members) => {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true });
  }
};

function requireNumber(name, value) {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
}
function requireRange(name, value, min, max) {
  requireNumber(name, value);
  if (!(value >= min && value <= max)) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}
function requireSize(size) {
  requireRange('size', size, 0, MAX_LENGTH);
}
const requireArray = (name, value) => {
  if (!isUint8Array(value)) throw invalidArgType(name, BUFFER_OR_ARRAY, value);
};

function alloc(size, fill = undefined, encoding = undefined) {
  requireSize(size);
  const buffer = zeros(size);
  return fill === undefined || fill === 0 || size === 0 ? buffer : buffer.fill(fill, 0, size, encoding);
}
const named = (name, fn) => Object.defineProperty(fn, 'name', { value: name, configurable: true });
const allocUnsafe = (name) =>
  named(name, (size) => {
    requireSize(size);
    return zeros(size);
  });

/** Of malformed text too it is what its length says. */
function lengthOf(text, encoding) {
  if (encoding === 'hex') return text.length >>> 1;
  if (encoding !== 'base64' && encoding !== 'base64url') return toBytes(text, encoding).length;
  const { length } = text;
  const padding = text.endsWith('=') ? (length > 2 && text.at(-2) === '=' ? 2 : 1) : 0;
  return ((length - padding) * 3) >>> 2;
}

function byteLength(value, encoding = undefined) {
  if (typeof value === 'string') return lengthOf(value, encodingOf(encoding) ?? 'utf8');
  if (ArrayBuffer.isView(value) || isArrayBuffer(value)) return value.byteLength;
  throw invalidArgType('string', 'of type string or an instance of Buffer or ArrayBuffer', value);
}

function concat(list, length = undefined) {
  if (!Array.isArray(list)) throw invalidArgType('list', 'an instance of Array', list);
  if (list.length === 0) return zeros(0);
  if (length !== undefined) {
    requireNumber('length', length);
    if (!Number.isInteger(length)) throw outOfRange('length', 'an integer', length);
    if (length < 0 || length > MAX_LENGTH) throw outOfRange('length', `>= 0 && <= ${MAX_LENGTH}`, length);
  }
  const size = length ?? list.reduce((sum, item) => sum + (item?.length || 0), 0);
  const all = zeros(size);
  let at = 0;
  list.forEach((item, i) => {
    if (!isUint8Array(item)) throw invalidArgType(`list[${i}]`, BUFFER_OR_ARRAY, item);
    if (at < size) all.set(item.subarray(0, size - at), at);
    at += item.length;
  });
  return all;
}

function order(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return Math.sign(a.length - b.length);
}

methods(Buffer, {
  alloc,
  allocUnsafe: allocUnsafe('allocUnsafe'),
  allocUnsafeSlow: allocUnsafe('allocUnsafeSlow'),
  byteLength,
  concat,
  from: named('from', bufferFrom),
  isBuffer: (value) => value instanceof Buffer,
  isEncoding: (encoding) => typeof encoding === 'string' && encoding !== '' && encodingOf(encoding) !== undefined,
  of: (...items) => copied(items),
  compare(a, b) {
    requireArray('buf1', a);
    requireArray('buf2', b);
    return a === b ? 0 : order(a, b);
  },
  copyBytesFrom(view, offset = 0, /** @type {any} */ length = undefined) {
    if (!isTypedArray(view)) throw invalidArgType('view', 'an instance of TypedArray', view);
    for (const [name, value] of [
      ['offset', offset],
      ['length', length],
    ]) {
      if (value === undefined) continue;
      requireNumber(name, value);
      if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
      if (value < 0) throw outOfRange(name, `>= 0 && <= ${MAX_LENGTH}`, value);
    }
    if (offset >= view.length) return zeros(0);
    const part = view.slice(offset, length === undefined ? view.length : offset + length);
    return viewOf(part);
  },
  poolSize: 8192,
});

const whole = (value, otherwise) => (value === undefined ? otherwise : Math.trunc(+value) || 0);
function requireOffsets(name, value, max) {
  if (value === undefined) return;
  requireNumber(name, value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < 0 || value > max) throw outOfRange(name, `>= 0 && <= ${max}`, value);
}

methods(prototype, {
  toString(encoding, start, end) {
    if (arguments.length === 0) return toText(this, 'utf8');
    const from = Math.min(Math.max(whole(start, 0), 0), this.length);
    const to = Math.min(whole(end, this.length), this.length);
    if (to <= from) return '';
    const known = encoding === undefined ? 'utf8' : encodingOf(encoding);
    if (known === undefined) throw unknownEncoding(encoding);
    return toText(Uint8Array.prototype.subarray.call(this, from, to), known);
  },
  toLocaleString(...args) {
    return this.toString(...args);
  },
  toJSON() {
    return { type: 'Buffer', data: Array.from(this) };
  },
  slice(start, end) {
    return this.subarray(start, end);
  },
  write(text, offset, length, encoding) {
    if (typeof offset === 'string') [encoding, offset, length] = [offset, undefined, undefined];
    else if (typeof length === 'string') [encoding, length] = [length, undefined];
    if (typeof text !== 'string') throw invalidArgType('argument', 'of type string', text);
    requireOffsets('offset', offset, this.length);
    const left = this.length - (offset ?? 0);
    requireOffsets('length', length, this.length);
    const known = encoding ? encodingOf(encoding) : 'utf8';
    if (known === undefined) throw unknownEncoding(encoding);
    return put(this, text, known, offset ?? 0, Math.min(length ?? left, left));
  },
  equals(other) {
    requireArray('otherBuffer', other);
    return this === other || (this.length === other.length && order(this, other) === 0);
  },
  compare(target, targetStart = 0, targetEnd = undefined, sourceStart = 0, sourceEnd = undefined) {
    requireArray('target', target);
    const ends = [
      ['targetStart', targetStart, MAX_LENGTH],
      ['targetEnd', targetEnd, target.length],
      ['sourceStart', sourceStart, MAX_LENGTH],
      ['sourceEnd', sourceEnd, this.length],
    ];
    for (const [name, value, max] of ends) requireOffsets(name, value, max);
    const [from, to] = [sourceStart, sourceEnd ?? this.length];
    const [targetFrom, targetTo] = [targetStart, targetEnd ?? target.length];
    if (from >= to) return targetFrom >= targetTo ? 0 : -1;
    if (targetFrom >= targetTo) return 1;
    const part = (bytes, a, b) => Uint8Array.prototype.subarray.call(bytes, a, b);
    return order(part(this, from, to), part(target, targetFrom, targetTo));
  },
});
for (const bytes of [2, 4, 8]) {
  /** @this {any} */
  function swap() {
    if (this.length % bytes !== 0)
      throw coded(RangeError, 'ERR_INVALID_BUFFER_SIZE', `Buffer size must be a multiple of ${bytes * 8}-bits`);
    for (let i = 0; i < this.length; i += bytes) Uint8Array.prototype.subarray.call(this, i, i + bytes).reverse();
    return this;
  }
  methods(prototype, { [`swap${bytes * 8}`]: named(`swap${bytes * 8}`, swap) });
}
for (const encoding of ['ascii', 'base64', 'base64url', 'hex', 'latin1', 'ucs2', 'utf8']) {
  methods(prototype, {
    [`${encoding}Slice`](start, end) {
      return this.toString(encoding, start, end);
    },
    [`${encoding}Write`](text, offset = 0, length = undefined) {
      const left = this.length - offset;
      return put(this, text, encodingOf(encoding), offset, Math.min(length ?? left, left));
    },
  });
}

/** Whole characters only. */
function put(buffer, text, encoding, offset, length) {
  const bytes = toBytes(text, encoding);
  let count = Math.min(bytes.length, length);
  if (encoding === 'utf8') while (count > 0 && count < bytes.length && (bytes[count] & 0xc0) === 0x80) count--;
  if (encoding === 'utf16le') count -= count % 2;
  buffer.set(Uint8Array.prototype.subarray.call(bytes, 0, count), offset);
  return count;
}

for (const [name, of] of [
  ['parent', 'buffer'],
  ['offset', 'byteOffset'],
]) {
  Object.defineProperty(prototype, name, {
    enumerable: true,
    get() {
      return this instanceof Buffer ? this[of] : undefined;
    },
  });
}
methods(prototype, contents);
defineNumbers(prototype);
defineSearch(prototype);

/** How many bytes `inspect` shows. */
let shownBytes = 50;
Object.defineProperty(prototype, Symbol.for('nodejs.util.inspect.custom'), {
  configurable: true,
  writable: true,
  value: /** @this {any} */ function (_depth, options) {
    const more = this.length - shownBytes;
    const parts = Array.from(Uint8Array.prototype.subarray.call(this, 0, shownBytes), (byte) =>
      byte.toString(16).padStart(2, '0'),
    );
    if (more > 0) parts.push(`... ${more} more byte${more > 1 ? 's' : ''}`);
    const own = Object.keys(this).filter((key) => !/^\d+$/.test(key));
    const shown = own.map(
      (key) => `${key}: ${inspect(this[key], { ...options, breakLength: Infinity, compact: true })}`,
    );
    const text = [parts.join(' '), ...shown].filter((part) => part !== '').join(', ');
    return `<${this.constructor.name} ${text}>`;
  },
});
prototype.inspect = prototype[Symbol.for('nodejs.util.inspect.custom')];

module.exports = {
  Buffer,
  SlowBuffer: function SlowBuffer(length) {
    return Buffer.allocUnsafeSlow(length);
  },
  transcode,
  isUtf8,
  isAscii,
  kMaxLength: MAX_LENGTH,
  kStringMaxLength: MAX_STRING_LENGTH,
  constants: { MAX_LENGTH, MAX_STRING_LENGTH },
  Blob: globalThis.Blob,
  File: globalThis.File,
  atob: globalThis.atob,
  btoa: globalThis.btoa,
  resolveObjectURL: (url) => globalThis[Symbol.for('hookmint.objectOfUrl')]?.(url),
};
Object.defineProperty(module.exports, 'INSPECT_MAX_BYTES', {
  configurable: true,
  enumerable: true,
  get: () => shownBytes,
  set(value) {
    requireRange('INSPECT_MAX_BYTES', value, 0, Infinity);
    shownBytes = value;
  },
});
