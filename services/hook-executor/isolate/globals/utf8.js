import { apply, Bytes, charCodeAt, fromCharCode, slice, subarray } from './intrinsics.js';

const CHUNK = 4_096;
const REPLACEMENT = 0xfffd;

/** The UTF-8 of a string; lone surrogates become U+FFFD. */
export function encodeUtf8(text) {
  const { length } = text;
  let size = length;
  for (let i = 0; i < length; i++) {
    const code = charCodeAt(text, i);
    if (code > 0x7f) size += code > 0x7ff ? 2 : 1;
  }
  const bytes = new Bytes(size);
  const { written } = encodeUtf8Into(text, bytes);
  return written === size ? bytes : new Bytes(subarray(bytes, 0, written));
}

/** Writes as many whole characters as fit. */
export function encodeUtf8Into(text, bytes) {
  const { length } = text;
  const room = bytes.length;
  let read = 0;
  let written = 0;
  while (read < length) {
    let code = charCodeAt(text, read);
    if (code < 0x80) {
      if (written >= room) break;
      bytes[written++] = code;
      read++;
      continue;
    }
    let units = 1;
    if ((code & 0xf800) === 0xd800) {
      const next = code < 0xdc00 && read + 1 < length ? charCodeAt(text, read + 1) : 0;
      if ((next & 0xfc00) === 0xdc00) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (next & 0x3ff);
        units = 2;
      } else code = REPLACEMENT;
    }
    const size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (written + size > room) break;
    if (size === 2) bytes[written++] = 0xc0 | (code >> 6);
    else {
      if (size === 3) bytes[written++] = 0xe0 | (code >> 12);
      else {
        bytes[written++] = 0xf0 | (code >> 18);
        bytes[written++] = 0x80 | ((code >> 12) & 0x3f);
      }
      bytes[written++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[written++] = 0x80 | (code & 0x3f);
    read += units;
  }
  return { read, written };
}

/** Characters of a string from code units or bytes. */
export function fromUnits(units) {
  let text = '';
  for (let i = 0; i < units.length; i += CHUNK) text += apply(fromCharCode, undefined, subarray(units, i, i + CHUNK));
  return text;
}

/** The decoder of the Encoding standard; keeps an unfinished character from one chunk to the next. */
export class Utf8Decoder {
  #point = 0;
  #seen = 0;
  #needed = 0;
  #lower = 0x80;
  #upper = 0xbf;

  /** @throws {TypeError} When `fatal` and the bytes are no UTF-8. */
  decode(bytes, { fatal = false, last = true } = {}) {
    let text = '';
    const { length } = bytes;
    const units = new Uint16Array(length < CHUNK ? length + 4 : CHUNK + 4);
    let count = 0;
    const bad = () => {
      if (fatal) {
        this.#reset();
        throw new TypeError('The encoded data was not valid for encoding utf-8');
      }
      units[count++] = REPLACEMENT;
    };
    for (let i = 0; i < length; i++) {
      if (count >= CHUNK) {
        text += apply(fromCharCode, undefined, subarray(units, 0, count));
        count = 0;
      }
      const byte = bytes[i];
      if (this.#needed === 0) {
        if (byte < 0x80) units[count++] = byte;
        else if (byte >= 0xc2 && byte <= 0xdf) this.#begin(1, byte & 0x1f);
        else if (byte >= 0xe0 && byte <= 0xef) {
          if (byte === 0xe0) this.#lower = 0xa0;
          if (byte === 0xed) this.#upper = 0x9f;
          this.#begin(2, byte & 0xf);
        } else if (byte >= 0xf0 && byte <= 0xf4) {
          if (byte === 0xf0) this.#lower = 0x90;
          if (byte === 0xf4) this.#upper = 0x8f;
          this.#begin(3, byte & 0x7);
        } else bad();
        continue;
      }
      if (byte < this.#lower || byte > this.#upper) {
        this.#reset();
        bad();
        i--;
        continue;
      }
      this.#lower = 0x80;
      this.#upper = 0xbf;
      this.#point = (this.#point << 6) | (byte & 0x3f);
      if (++this.#seen < this.#needed) continue;
      const point = this.#point;
      this.#reset();
      if (point < 0x10000) units[count++] = point;
      else {
        units[count++] = 0xd7c0 + (point >> 10);
        units[count++] = 0xdc00 | (point & 0x3ff);
      }
    }
    if (last && this.#needed !== 0) {
      this.#reset();
      bad();
    }
    return text + apply(fromCharCode, undefined, subarray(units, 0, count));
  }

  #begin(needed, point) {
    this.#needed = needed;
    this.#point = point;
  }
  #reset() {
    this.#point = 0;
    this.#seen = 0;
    this.#needed = 0;
    this.#lower = 0x80;
    this.#upper = 0xbf;
  }
}

const BOM = 0xfeff;
export const withoutBom = (text) => (charCodeAt(text, 0) === BOM ? slice(text, 1) : text);
/** As the Encoding standard's "UTF-8 decode": malformed bytes replaced, a byte order mark dropped. */
export const decodeUtf8 = (bytes) => withoutBom(new Utf8Decoder().decode(bytes));
export const decodeUtf8KeepingBom = (bytes) => new Utf8Decoder().decode(bytes);
