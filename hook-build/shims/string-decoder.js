const base = require('string_decoder/');
const { encodingOf } = require('./buffer/encodings.js');
const { coded } = require('./errors.js');

const UTF8 = /^utf-?8$/i;

const viewOf = (chunk) =>
  ArrayBuffer.isView(chunk) ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : chunk;

/** The library's, but for UTF-8, whose malformed bytes it replaces one by one, and base64url, which came after it. */
class StringDecoder {
  #write;
  #end;
  constructor(encoding = undefined) {
    const name = `${encoding ?? 'utf8'}` || 'utf8';
    if (encodingOf(name) === undefined) throw coded(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${name}`);
    if (UTF8.test(name)) {
      this.encoding = 'utf8';
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      this.#write = (bytes) => decoder.decode(bytes, { stream: true });
      this.#end = () => decoder.decode();
      return;
    }
    const isUrl = name.toLowerCase() === 'base64url';
    const decoder = new base.StringDecoder(isUrl ? 'base64' : name);
    this.encoding = isUrl ? 'base64url' : decoder.encoding;
    const shown = (text) => (isUrl ? text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : text);
    this.#write = (bytes) => shown(decoder.write(bytes));
    this.#end = () => shown(decoder.end());
  }
  write(chunk) {
    return typeof chunk === 'string' ? chunk : this.#write(viewOf(chunk));
  }
  end(chunk = undefined) {
    const head = chunk === undefined ? '' : this.write(chunk);
    return head + this.#end();
  }
}

module.exports = { StringDecoder };
