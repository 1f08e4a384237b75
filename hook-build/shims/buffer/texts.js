// Whether bytes are texts of a kind, and texts of one kind as another.
const { coded, invalidArgType } = require('../errors.js');
const { encodingOf, toBytes, toText } = require('./encodings.js');

const tagOf = (value) => Object.prototype.toString.call(value);
const isTypedArray = (value) => ArrayBuffer.isView(value) && tagOf(value) !== '[object DataView]';

function bytesOf(input) {
  if ((isTypedArray(input) ? input.buffer : input)?.detached)
    throw coded(Error, 'ERR_INVALID_STATE', 'Invalid state: Cannot validate on a detached buffer');
  if (isTypedArray(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (/^\[object (Shared)?ArrayBuffer\]$/.test(tagOf(input))) return new Uint8Array(input);
  throw invalidArgType('input', 'an instance of ArrayBuffer, Buffer, or TypedArray', input);
}

function isUtf8(input) {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(input));
    return true;
  } catch (error) {
    if (error.code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    return false;
  }
}

const TRANSCODED = new Set(['utf8', 'utf16le', 'latin1', 'ascii']);

function transcode(source, from, to) {
  if (tagOf(source) !== '[object Uint8Array]')
    throw invalidArgType('source', 'an instance of Buffer or Uint8Array', source);
  if (source.length === 0) return Buffer.alloc(0);
  const [a, b] = [encodingOf(from), encodingOf(to)];
  if (!TRANSCODED.has(a) || !TRANSCODED.has(b)) {
    const message = 'Unable to transcode Buffer [U_ILLEGAL_ARGUMENT_ERROR]';
    throw Object.assign(new Error(message), { code: 'U_ILLEGAL_ARGUMENT_ERROR', errno: 1 });
  }
  // What is not ASCII is no character, but where bytes are only made wider.
  const isWidened = a === 'ascii' && b === 'utf16le';
  const text =
    a === 'ascii' && !isWidened
      ? toText(source, 'latin1').replace(/[^\x00-\x7f]/g, '\ufffd')
      : toText(source, isWidened ? 'latin1' : a);
  const most = { latin1: 255, ascii: 127 }[b];
  const known = most === undefined ? text : Array.from(text, (c) => (c.codePointAt(0) > most ? '?' : c)).join('');
  return Buffer.from(toBytes(known, b));
}

module.exports = { isAscii: (input) => bytesOf(input).every((byte) => byte < 128), isUtf8, transcode };
