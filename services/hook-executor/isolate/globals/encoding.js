import { bytesOf, isBufferSource } from './buffer-source.js';
import { defineGlobal, defineInterface } from './define.js';
import { DOMException } from './dom-exception.js';
import {
  Bytes,
  charCodeAt,
  fromBase64,
  slice,
  subarray,
  toBase64,
  toLowerCase,
  trim,
  typedArrayTag,
} from './intrinsics.js';
import { coded } from './node-error.js';
import { encodeUtf8, encodeUtf8Into, fromUnits, Utf8Decoder } from './utf8.js';

class TextEncoder {
  #brand;
  get encoding() {
    return 'utf-8';
  }
  encode(input = '') {
    this.#brand;
    return encodeUtf8(`${input}`);
  }
  encodeInto(source, destination) {
    this.#brand;
    if (typedArrayTag(destination) !== 'Uint8Array') {
      throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "dest" argument must be an instance of Uint8Array.');
    }
    return encodeUtf8Into(`${source}`, destination);
  }
}

const LABELS = {
  __proto__: null,
  'utf-8': 'unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8',
  'utf-16le': 'csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le',
  'windows-1252':
    'ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 ' +
    'iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252',
};
const encodings = { __proto__: null };
for (const name in LABELS) for (const label of LABELS[name].split(' ')) encodings[label] = name;

// Bytes 80 to 9F of windows-1252, which is what the Encoding standard means by latin1.
const WINDOWS_1252 =
  '\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\x8D\u017D\x8F' +
  '\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\x9D\u017E\u0178';

function decodeWindows1252(bytes) {
  const units = new Uint16Array(bytes);
  for (let i = 0; i < units.length; i++) {
    if (units[i] >= 0x80 && units[i] <= 0x9f) units[i] = charCodeAt(WINDOWS_1252, units[i] - 0x80);
  }
  return fromUnits(units);
}

class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  #utf8 = new Utf8Decoder();
  #begun = false;
  /** Of UTF-16: a byte that waits for its other half, a leading surrogate that waits for its trailing one. */
  #byte;
  #lead;

  constructor(label = 'utf-8', options = undefined) {
    const encoding = encodings[toLowerCase(trim(`${label}`))];
    if (encoding === undefined) {
      throw coded(RangeError, 'ERR_ENCODING_NOT_SUPPORTED', `The "${label}" encoding is not supported`);
    }
    this.#encoding = encoding;
    this.#fatal = !!options?.fatal;
    this.#ignoreBOM = !!options?.ignoreBOM;
  }
  get encoding() {
    return this.#encoding;
  }
  get fatal() {
    return this.#fatal;
  }
  get ignoreBOM() {
    return this.#ignoreBOM;
  }

  decode(input = new Bytes(), options = undefined) {
    if (!isBufferSource(input)) {
      const message = 'The "list" argument must be an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView.';
      throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', message);
    }
    const last = !options?.stream;
    let text = this.#decode(bytesOf(input), last);
    if (!this.#begun && text !== '') {
      this.#begun = true;
      if (!this.#ignoreBOM && this.#encoding !== 'windows-1252' && charCodeAt(text, 0) === 0xfeff)
        text = slice(text, 1);
    }
    if (last) this.#begun = false;
    return text;
  }

  #decode(bytes, last) {
    if (this.#encoding === 'windows-1252') return decodeWindows1252(bytes);
    if (this.#encoding === 'utf-16le') return this.#decodeUtf16(bytes, last);
    try {
      return this.#utf8.decode(bytes, { fatal: this.#fatal, last });
    } catch (error) {
      this.#begun = false;
      throw coded(TypeError, 'ERR_ENCODING_INVALID_ENCODED_DATA', error.message);
    }
  }

  #decodeUtf16(bytes, last) {
    const units = new Uint16Array((bytes.length >> 1) + 3);
    let count = 0;
    let malformed = false;
    const bad = () => {
      malformed = true;
      units[count++] = 0xfffd;
    };
    let lead = this.#lead;
    let low = this.#byte;
    for (let i = 0; i < bytes.length; i++) {
      if (low === undefined) {
        low = bytes[i];
        continue;
      }
      const unit = low | (bytes[i] << 8);
      low = undefined;
      if (lead !== undefined) {
        const first = lead;
        lead = undefined;
        if ((unit & 0xfc00) === 0xdc00) {
          units[count++] = first;
          units[count++] = unit;
          continue;
        }
        bad();
      }
      if ((unit & 0xfc00) === 0xd800) lead = unit;
      else if ((unit & 0xfc00) === 0xdc00) bad();
      else units[count++] = unit;
    }
    if (last && (low !== undefined || lead !== undefined)) {
      low = undefined;
      lead = undefined;
      bad();
    }
    this.#lead = lead;
    this.#byte = low;
    if (malformed && this.#fatal) {
      this.#lead = undefined;
      this.#byte = undefined;
      const message = 'The encoded data was not valid for encoding utf-16le';
      throw coded(TypeError, 'ERR_ENCODING_INVALID_ENCODED_DATA', message);
    }
    return fromUnits(subarray(units, 0, count));
  }
}

function atob(data) {
  if (arguments.length === 0) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "data" argument must be specified');
  let bytes;
  try {
    bytes = fromBase64(`${data}`);
  } catch {
    throw new DOMException('The string to be decoded is not correctly encoded.', 'InvalidCharacterError');
  }
  return fromUnits(bytes);
}

function btoa(data) {
  if (arguments.length === 0) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "data" argument must be specified');
  const text = `${data}`;
  const bytes = new Bytes(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (code > 0xff) throw new DOMException('Invalid character', 'InvalidCharacterError');
    bytes[i] = code;
  }
  return toBase64(bytes);
}

export function defineEncoding() {
  defineInterface('TextEncoder', TextEncoder);
  defineInterface('TextDecoder', TextDecoder);
  defineGlobal('atob', atob);
  defineGlobal('btoa', btoa);
}
