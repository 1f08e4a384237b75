import { bytesOf, isBufferSource } from './buffer-source.js';
import { defineGlobal, defineInterface } from './define.js';
import { DOMException } from './dom-exception.js';
import { Bytes, charCodeAt, fromBase64, indexOfItem, toBase64, typedArrayTag } from './intrinsics.js';
import { library } from './libraries.js';
import { coded } from './node-error.js';
import { encodeUtf8, encodeUtf8Into, fromUnits, Utf8Decoder, withoutBom } from './utf8.js';

export class TextEncoder {
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

/** The labels of UTF-8 that are met; all others are the library's to know. */
const UTF8 = ['utf-8', 'utf8'];

export class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  /**
   * Of UTF-8, which needs no library.
   *
   * @type {any}
   */
  #utf8;
  /** Of any other encoding. */
  #other;
  #begun = false;

  constructor(label = 'utf-8', options = undefined) {
    const { fatal, ignoreBOM } = dictionary(options);
    this.#fatal = !!fatal;
    this.#ignoreBOM = !!ignoreBOM;
    if (indexOfItem(UTF8, `${label}`) >= 0) this.#encoding = 'utf-8';
    else {
      this.#other = decoderOf(`${label}`, { fatal: this.#fatal, ignoreBOM: this.#ignoreBOM });
      this.#encoding = this.#other.encoding;
    }
    if (this.#encoding === 'utf-8') this.#utf8 = new Utf8Decoder();
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

  decode(input = new Bytes(), /** @type {any} */ options = undefined) {
    const encoding = this.#encoding;
    if (!isBufferSource(input)) {
      const message = 'The "list" argument must be an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView.';
      throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', message);
    }
    const stream = !!dictionary(options).stream;
    const bytes = bytesOf(input);
    try {
      return this.#utf8 === undefined ? this.#other.decode(bytes, { stream }) : this.#decodeUtf8(bytes, !stream);
    } catch {
      this.#begun = false;
      const message = `The encoded data was not valid for encoding ${encoding}`;
      throw coded(TypeError, 'ERR_ENCODING_INVALID_ENCODED_DATA', message);
    }
  }

  #decodeUtf8(bytes, last) {
    let text = this.#utf8.decode(bytes, { fatal: this.#fatal, last });
    if (!this.#begun && text !== '') {
      this.#begun = true;
      if (!this.#ignoreBOM) text = withoutBom(text);
    }
    if (last) this.#begun = false;
    return text;
  }
}

function dictionary(options) {
  if (options === undefined || options === null) return {};
  if (typeof options === 'object' || typeof options === 'function') return options;
  throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "options" argument must be of type object.');
}

function decoderOf(label, options) {
  const { TextDecoder } = library('encoding');
  try {
    return new TextDecoder(label, options);
  } catch {
    throw coded(RangeError, 'ERR_ENCODING_NOT_SUPPORTED', `The "${label}" encoding is not supported`);
  }
}

function atob(data) {
  if (arguments.length === 0) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "data" argument must be specified');
  const text = `${data}`;
  let bytes;
  try {
    bytes = fromBase64(text);
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
