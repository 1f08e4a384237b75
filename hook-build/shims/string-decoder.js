// Bytes to text piece by piece: what may be the beginning of a character is kept until the rest of it comes.
const { encodingOf } = require('./buffer/encodings.js');
const { coded, invalidArgType } = require('./errors.js');

/** Most bytes of one character. */
const CHARACTER_BYTES = 4;
const HIGH_SURROGATE = 0xd8;

/** How many bytes a character of UTF-8 has, by the pattern of its first; 1 for what is none. */
function bytesOfUtf8(lead) {
  if ((lead & 0xf8) === 0xf0) return 4;
  if ((lead & 0xf0) === 0xe0) return 3;
  return (lead & 0xe0) === 0xc0 ? 2 : 1;
}

/**
 * Of the last character, if it is not whole yet: how many bytes are there, and how many it has.
 *
 * @type {Record<string, (bytes: Buffer, kept: number) => [there: number, all: number]>}
 */
const BEGUN = {
  utf8(bytes) {
    for (let there = 1; there < CHARACTER_BYTES && there <= bytes.length; there++) {
      const byte = bytes[bytes.length - there] ?? 0;
      if ((byte & 0xc0) === 0x80) continue;
      const all = bytesOfUtf8(byte);
      return all > there ? [there, all] : [0, 0];
    }
    return [0, 0];
  },
  utf16le(bytes, kept) {
    // Half a unit is waited for, and a pair that began before it.
    if (bytes.length % 2 === 1) return kept === 2 && bytes.length === 3 ? [3, 4] : [1, 2];
    const last = bytes.at(-1) ?? 0;
    return (last & 0xfc) === HIGH_SURROGATE ? [2, 4] : [0, 0];
  },
  base64: (bytes) => [bytes.length % 3, 3],
  base64url: (bytes) => [bytes.length % 3, 3],
};
const WHOLE = () => [0, 0];

/** What each has kept, and how many bytes the character has that it is of. */
const states = new WeakMap();
const stateOf = (decoder) => states.get(decoder);

/**
 * A function, for what was made to inherit from it before there were classes.
 *
 * @this {any}
 */
function StringDecoder(/** @type {any} */ encoding = undefined) {
  const name = `${encoding ?? 'utf8'}` || 'utf8';
  const known = encodingOf(name);
  if (known === undefined) throw coded(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${name}`);
  this.encoding = known;
  keep(this, Buffer.alloc(0), 0);
}
const keep = (decoder, kept, all) => void states.set(decoder, { kept, all });

const methods = {
  /** @this {any} */
  write(/** @type {any} */ chunk) {
    if (typeof chunk === 'string') return chunk;
    if (!ArrayBuffer.isView(chunk))
      throw invalidArgType('buf', 'an instance of Buffer, TypedArray, or DataView', chunk);
    const { kept } = stateOf(this);
    const own = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = kept.length === 0 ? own : Buffer.concat([kept, own]);
    const [there = 0, all = 0] = (BEGUN[this.encoding] ?? WHOLE)(bytes, kept.length);
    const end = bytes.length - there;
    keep(this, Buffer.from(bytes.subarray(end)), there === 0 ? 0 : all);
    return bytes.toString(this.encoding, 0, end);
  },
  /** @this {any} */
  end(/** @type {any} */ chunk = undefined) {
    const head = chunk === undefined ? '' : this.write(chunk);
    const rest = stateOf(this).kept.toString(this.encoding);
    keep(this, Buffer.alloc(0), 0);
    return head + rest;
  },
  /** @this {any} */
  text(/** @type {Buffer} */ bytes, /** @type {number} */ offset) {
    keep(this, Buffer.alloc(0), 0);
    return this.write(bytes.subarray(offset));
  },
  get lastChar() {
    return Buffer.concat([stateOf(this).kept], CHARACTER_BYTES);
  },
  get lastNeed() {
    const { kept, all } = stateOf(this);
    return all - kept.length;
  },
  get lastTotal() {
    return stateOf(this).all;
  },
};
Object.defineProperties(StringDecoder.prototype, Object.getOwnPropertyDescriptors(methods));

module.exports = { StringDecoder };
