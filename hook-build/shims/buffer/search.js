// Where something is in a Buffer, as Node finds it.
const { coded, invalidArgType } = require('../errors.js');
const { encodingOf, toBytes } = require('./encodings.js');

const MAX_INT32 = 0x7fffffff;
const EXPECTED = 'one of type number or string or an instance of Buffer or Uint8Array';

function requireBytes(value) {
  if (!ArrayBuffer.isView(value))
    throw invalidArgType('buffer', 'an instance of Buffer, TypedArray, or DataView', value);
}

function search(buffer, value, offset, encoding, isForward) {
  requireBytes(buffer);
  if (typeof offset === 'string') [encoding, offset] = [offset, undefined];
  else if (offset > MAX_INT32) offset = MAX_INT32;
  else if (offset < -MAX_INT32 - 1) offset = -MAX_INT32 - 1;
  let at = +offset;
  if (Number.isNaN(at)) at = isForward ? 0 : buffer.length;
  if (typeof value === 'number') return byByte(buffer, value & 0xff, Math.trunc(at), isForward);
  const known = encoding === undefined ? 'utf8' : encodingOf(encoding);
  if (typeof value === 'string') {
    if (known === undefined) throw coded(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`);
    return byBytes(buffer, toBytes(value, known), Math.trunc(at), isForward, known === 'utf16le' ? 2 : 1);
  }
  if (Object.prototype.toString.call(value) === '[object Uint8Array]') {
    return byBytes(buffer, value, Math.trunc(at), isForward, known === 'utf16le' ? 2 : 1);
  }
  throw invalidArgType('value', EXPECTED, value);
}

const byByte = (buffer, byte, at, isForward) =>
  isForward
    ? Uint8Array.prototype.indexOf.call(buffer, byte, at)
    : at < -buffer.length
      ? -1
      : Uint8Array.prototype.lastIndexOf.call(buffer, byte, at);

function byBytes(buffer, bytes, offset, isForward, step) {
  let at = offset < 0 ? offset + buffer.length : offset;
  if (at < 0) {
    if (!isForward) return -1;
    at = 0;
  }
  if (bytes.length === 0) return Math.min(at, buffer.length);
  if (buffer.length < bytes.length || (isForward && at > buffer.length - bytes.length)) return -1;
  if (step === 2 && (buffer.length < 2 || bytes.length < 2)) return -1;
  const last = buffer.length - bytes.length;
  if (!isForward) {
    for (let i = Math.min(at, last); i >= 0; i--) if (i % step === 0 && isAt(buffer, bytes, i)) return i;
    return -1;
  }
  for (let i = at; i <= last; i++) {
    i = Uint8Array.prototype.indexOf.call(buffer, bytes[0], i);
    if (i < 0 || i > last) return -1;
    if ((i - at) % step === 0 && isAt(buffer, bytes, i)) return i;
  }
  return -1;
}

function isAt(buffer, bytes, start) {
  for (let i = 0; i < bytes.length; i++) if (buffer[start + i] !== bytes[i]) return false;
  return true;
}

function defineSearch(prototype) {
  const methods = {
    indexOf: function (value, offset = undefined, encoding = undefined) {
      return search(this, value, offset, encoding, true);
    },
    lastIndexOf: function (value, offset = undefined, encoding = undefined) {
      return search(this, value, offset, encoding, false);
    },
    includes: function (value, offset = undefined, encoding = undefined) {
      return search(this, value, offset, encoding, true) !== -1;
    },
  };
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true, enumerable: true });
  }
}

module.exports = { defineSearch };
