// What a Buffer can be made of.
const { coded, invalidArgType } = require('../errors.js');
const { encodingOf, toBytes } = require('./encodings.js');

/** What the language makes of a Buffer is one. */
class FastBuffer extends Uint8Array {
  constructor(first, offset, length) {
    super(first, offset, length);
  }
}

const tagOf = (value) => Object.prototype.toString.call(value);
const isUint8Array = (value) => tagOf(value) === '[object Uint8Array]';
const { get: bytesInBuffer } = /** @type {any} */ (
  Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')
);
/** Whatever its prototype says. */
function isArrayBuffer(value) {
  if (tagOf(value) !== '[object ArrayBuffer]') return false;
  try {
    bytesInBuffer.call(value);
    return true;
  } catch {
    return false;
  }
}
const isTypedArray = (value) => ArrayBuffer.isView(value) && tagOf(value) !== '[object DataView]';
const viewOf = (bytes) => new FastBuffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const unknownEncoding = (encoding) => coded(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`);

const EXPECTED = 'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object';
function fromText(text, encoding) {
  const known = typeof encoding === 'string' && encoding !== '' ? encodingOf(encoding) : 'utf8';
  if (known === undefined) throw unknownEncoding(encoding);
  return viewOf(toBytes(text, known));
}

function fromArrayBuffer(buffer, offset, length) {
  let at = offset === undefined ? 0 : +offset;
  if (Number.isNaN(at)) at = 0;
  const most = buffer.byteLength - at;
  if (most < 0) throw coded(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', '"offset" is outside of buffer bounds');
  if (length === undefined) return new FastBuffer(buffer, at);
  const bytes = +length;
  if (bytes > most) throw coded(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', '"length" is outside of buffer bounds');
  return new FastBuffer(buffer, at, bytes > 0 ? bytes : 0);
}

/** Whatever has a length, and numbers under its indices. */
const copied = (list) =>
  isUint8Array(list)
    ? new FastBuffer(list)
    : FastBuffer.from({ length: Math.max(0, list.length) || 0 }, (_, i) => list[i]);

function bufferFrom(value, encodingOrOffset = undefined, length = undefined) {
  if (typeof value === 'string') return fromText(value, encodingOrOffset);
  if (typeof value === 'object' && value !== null) {
    if (isArrayBuffer(value)) return fromArrayBuffer(value, encodingOrOffset, length);
    const primitive = value.valueOf?.();
    if (
      primitive !== null &&
      primitive !== undefined &&
      primitive !== value &&
      ['string', 'object'].includes(typeof primitive)
    ) {
      return bufferFrom(primitive, encodingOrOffset, length);
    }
    const made = fromObject(value);
    if (made !== undefined) return made;
    if (typeof value[Symbol.toPrimitive] === 'function') {
      const text = value[Symbol.toPrimitive]('string');
      if (typeof text === 'string') return fromText(text, encodingOrOffset);
    }
  }
  throw invalidArgType('first argument', EXPECTED, value);
}

function fromObject(value) {
  if (isTypedArray(value)) return copied(value);
  if (value.length !== undefined || isArrayBuffer(value.buffer)) {
    return typeof value.length === 'number' ? copied(value) : new FastBuffer();
  }
  return value.type === 'Buffer' && Array.isArray(value.data) ? copied(value.data) : undefined;
}

/** @type {(size: number) => any} */
const zeros = (size) => new FastBuffer(size);

module.exports = {
  FastBuffer,
  bufferFrom,
  copied,
  isArrayBuffer,
  isTypedArray,
  isUint8Array,
  unknownEncoding,
  viewOf,
  zeros,
};
