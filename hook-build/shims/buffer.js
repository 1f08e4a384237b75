const base = require('buffer/');
const { invalidArgType } = require('./errors.js');
const { Buffer } = base;

// base64url came after the library was written.
const isBase64url = (encoding) => typeof encoding === 'string' && encoding.toLowerCase() === 'base64url';
const { from, isEncoding, byteLength } = Buffer;
const { toString, write } = Buffer.prototype;
const toBase64 = (text) => text.replace(/-/g, '+').replace(/_/g, '/');

Buffer.from = function (value, encoding, length) {
  if (typeof value === 'string' && isBase64url(encoding)) return from(toBase64(value), 'base64');
  return from(value, encoding, length);
};
Buffer.isEncoding = (encoding) => isBase64url(encoding) || isEncoding(encoding);
Buffer.byteLength = (value, encoding) =>
  typeof value === 'string' && isBase64url(encoding)
    ? byteLength(toBase64(value), 'base64')
    : byteLength(value, encoding);
const UTF8 = /^utf-?8$/i;
const decoder = globalThis.TextDecoder && new globalThis.TextDecoder('utf-8', { ignoreBOM: true });

Buffer.prototype.toString = function (encoding, start, end) {
  // The library replaces each malformed byte by itself.
  if (decoder !== undefined && (encoding === undefined || UTF8.test(encoding))) {
    return decoder.decode(start === undefined && end === undefined ? this : sliceOf(this, start, end));
  }
  if (!isBase64url(encoding)) return toString.call(this, encoding, start, end);
  return toString.call(this, 'base64', start, end).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
};
Buffer.prototype.write = function (text, ...rest) {
  const encoding = rest.at(-1);
  if (!isBase64url(encoding)) return write.call(this, text, ...rest);
  return write.call(this, toBase64(text), ...rest.slice(0, -1), 'base64');
};
Buffer.prototype.equals = function (other) {
  if (!(other instanceof Uint8Array)) throw invalidArgType('otherBuffer', 'an instance of Buffer or Uint8Array', other);
  return this === other || Buffer.compare(this, from(other.buffer, other.byteOffset, other.byteLength)) === 0;
};
for (const name of Object.getOwnPropertyNames(Buffer.prototype)) {
  // readUint32BE beside readUInt32BE, as Node has them.
  if (/^(read|write)U(Int|BigInt)/.test(name))
    Buffer.prototype[name.replace('UInt', 'Uint')] ??= Buffer.prototype[name];
}

function sliceOf(bytes, start, end = bytes.length) {
  const from = Math.max(Math.trunc(start) || 0, 0);
  return Uint8Array.prototype.subarray.call(bytes, from, Math.max(from, Math.trunc(end) || 0));
}

module.exports = {
  ...base,
  Buffer,
  constants: { MAX_LENGTH: base.kMaxLength, MAX_STRING_LENGTH: 536870888 },
  Blob: globalThis.Blob,
  File: globalThis.File,
  atob: globalThis.atob,
  btoa: globalThis.btoa,
  isUtf8: (bytes) => Buffer.from(Buffer.from(bytes).toString('utf8'), 'utf8').equals(Buffer.from(bytes)),
  isAscii: (bytes) => Buffer.from(bytes).every((byte) => byte < 128),
};
