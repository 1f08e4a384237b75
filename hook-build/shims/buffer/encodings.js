// Text to bytes and back, in the encodings that a Buffer knows.
const NAMES = {
  utf8: 'utf8',
  'utf-8': 'utf8',
  ucs2: 'utf16le',
  'ucs-2': 'utf16le',
  utf16le: 'utf16le',
  'utf-16le': 'utf16le',
  latin1: 'latin1',
  binary: 'latin1',
  base64: 'base64',
  base64url: 'base64url',
  hex: 'hex',
  ascii: 'ascii',
};
const PIECE = 8_192;
const HEX = /^(?:[0-9a-f]{2})*/i;

/** The one name of an encoding; undefined of what is none. */
function encodingOf(name) {
  const lower = typeof name === 'string' ? name.toLowerCase() : `${name}`.toLowerCase();
  return Object.hasOwn(NAMES, lower) ? NAMES[lower] : undefined;
}

const encoder = new TextEncoder();
let decoder;

function toBytes(text, encoding) {
  switch (encoding) {
    case 'latin1':
    case 'ascii': {
      const bytes = new Uint8Array(text.length);
      for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
      return bytes;
    }
    case 'utf16le': {
      const bytes = new Uint8Array(text.length * 2);
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        bytes[2 * i] = code & 0xff;
        bytes[2 * i + 1] = code >> 8;
      }
      return bytes;
    }
    case 'hex':
      return Uint8Array.fromHex(HEX.exec(text)?.[0] ?? '');
    case 'base64':
    case 'base64url':
      return fromBase64(text);
    default:
      return encoder.encode(text);
  }
}

/** Both alphabets, and whatever is between their characters, as Node reads it: up to the first '='. */
function fromBase64(text) {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/');
  const end = plain.indexOf('=');
  const read = (end < 0 ? plain : plain.slice(0, end)).replace(/[^A-Za-z0-9+/]/g, '');
  // One character alone has no byte.
  return Uint8Array.fromBase64(read.length % 4 === 1 ? read.slice(0, -1) : read);
}

/** @param units Numbers of characters, in a typed array. */
function characters(units) {
  let text = '';
  for (let i = 0; i < units.length; i += PIECE)
    text += Reflect.apply(String.fromCharCode, undefined, units.subarray(i, i + PIECE));
  return text;
}

function toText(bytes, encoding) {
  switch (encoding) {
    case 'latin1':
      return characters(bytes);
    case 'ascii':
      return characters(Uint8Array.prototype.map.call(bytes, (byte) => byte & 0x7f));
    case 'utf16le': {
      // Copied, since they may begin anywhere; the half of a unit at the end is none.
      const whole = Uint8Array.from(Uint8Array.prototype.subarray.call(bytes, 0, bytes.length & ~1));
      return characters(new Uint16Array(whole.buffer));
    }
    case 'hex':
      return Uint8Array.prototype.toHex.call(bytes);
    case 'base64':
      return Uint8Array.prototype.toBase64.call(bytes);
    case 'base64url':
      return Uint8Array.prototype.toBase64.call(bytes, { alphabet: 'base64url', omitPadding: true });
    default:
      decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
      return decoder.decode(bytes);
  }
}

module.exports = { encodingOf, toBytes, toText };
