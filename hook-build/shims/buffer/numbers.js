// Numbers in a Buffer, with Node's checks and errors.
const { coded, invalidArgType, outOfRange } = require('../errors.js');

const MAX_BYTES = 6;
const INT_BITS = 8;
/** Ranges of numbers with more are shown as powers of two. */
const SHOWN_AS_THEY_ARE_BYTES = 4;

function requireNumber(name, value) {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
}

/** @param last Highest offset. */
function outOfBounds(value, last, name = 'offset') {
  if (Math.floor(value) !== value) return outOfRange(name, 'an integer', value);
  if (last < 0) return coded(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds');
  return outOfRange(name, `>= ${name === 'offset' ? 0 : 1} and <= ${last}`, value);
}

function requireOffset(buffer, offset, bytes) {
  requireNumber('offset', offset);
  if (buffer[offset] === undefined || buffer[offset + bytes - 1] === undefined) {
    throw outOfBounds(offset, buffer.length - bytes);
  }
}

function requireValue(value, min, max, bytes) {
  // What cannot be compared is found later.
  if (!(value > max || value < min)) return;
  const n = typeof min === 'bigint' ? 'n' : '';
  let range = `>= ${min}${n} and <= ${max}${n}`;
  if (bytes > SHOWN_AS_THEY_ARE_BYTES) {
    const bits = bytes * INT_BITS;
    range =
      Number(min) === 0
        ? `>= 0${n} and < 2${n} ** ${bits}${n}`
        : `>= -(2${n} ** ${bits - 1}${n}) and < 2${n} ** ${bits - 1}${n}`;
  }
  throw outOfRange('value', range, value);
}

const viewOf = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);

/** @type {[string, string, number][]} */
const FIXED = [
  ['UInt8', 'Uint8', 1],
  ['Int8', 'Int8', 1],
  ['UInt16', 'Uint16', 2],
  ['Int16', 'Int16', 2],
  ['UInt32', 'Uint32', 4],
  ['Int32', 'Int32', 4],
  ['BigUInt64', 'BigUint64', 8],
  ['BigInt64', 'BigInt64', 8],
  ['Float', 'Float32', 4],
  ['Double', 'Float64', 8],
];

/** @returns {any[]} */
function rangeOf(kind, bytes) {
  const bits = bytes * INT_BITS;
  if (kind.startsWith('Big')) return kind.includes('UInt') ? [0n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n];
  return kind.startsWith('U') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

const methods = {};
for (const [kind, view, bytes] of FIXED) {
  const isFloat = kind === 'Float' || kind === 'Double';
  const [min, max] = isFloat ? [] : rangeOf(kind, bytes);
  for (const order of bytes === 1 ? [''] : ['LE', 'BE']) {
    const isLittle = order === 'LE';
    methods[`read${kind}${order}`] = function (offset = 0) {
      requireOffset(this, offset, bytes);
      return viewOf(this)[`get${view}`](offset, isLittle);
    };
    methods[`write${kind}${order}`] = function (value, offset = 0) {
      if (!kind.startsWith('Big')) value = +value;
      if (bytes === 1) requireNumber('offset', offset);
      if (!isFloat) requireValue(value, min, max, bytes);
      requireOffset(this, offset, bytes);
      if (kind.startsWith('Big') && typeof value !== 'bigint')
        throw new TypeError('Cannot mix BigInt and other types, use explicit conversions');
      viewOf(this)[`set${view}`](offset, value, isLittle);
      return offset + bytes;
    };
  }
}

/** Of one to six bytes. */
for (const kind of ['UInt', 'Int']) {
  for (const order of ['LE', 'BE']) {
    const at = (offset, bytes, i) => (order === 'LE' ? offset + i : offset + bytes - 1 - i);
    methods[`read${kind}${order}`] = function (offset, bytes) {
      if (offset === undefined) throw invalidArgType('offset', 'of type number', offset);
      requireBytes(bytes);
      requireOffset(this, offset, bytes);
      let value = 0;
      for (let i = bytes - 1; i >= 0; i--) value = value * 256 + this[at(offset, bytes, i)];
      const limit = 2 ** (bytes * INT_BITS);
      return kind === 'Int' && value >= limit / 2 ? value - limit : value;
    };
    methods[`write${kind}${order}`] = function (value, offset, bytes) {
      requireBytes(bytes);
      value = +value;
      if (offset === undefined) throw invalidArgType('offset', 'of type number', offset);
      const [min, max] = rangeOf(kind, bytes);
      requireValue(value, min, max, bytes);
      requireOffset(this, offset, bytes);
      let rest = value < 0 ? value + 2 ** (bytes * INT_BITS) : value;
      for (let i = 0; i < bytes; i++) {
        this[at(offset, bytes, i)] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      return offset + bytes;
    };
  }
}

function requireBytes(bytes) {
  requireNumber('byteLength', bytes);
  if (!(bytes >= 1 && bytes <= MAX_BYTES && Number.isInteger(bytes))) throw outOfBounds(bytes, MAX_BYTES, 'byteLength');
}

/** Puts them on a prototype, under both spellings of unsigned. */
function defineNumbers(prototype) {
  for (const [name, method] of Object.entries(methods)) {
    for (const as of new Set([name, name.replace('UInt', 'Uint')])) {
      Object.defineProperty(prototype, as, { value: method, writable: true, configurable: true, enumerable: true });
    }
  }
}

module.exports = { defineNumbers };
