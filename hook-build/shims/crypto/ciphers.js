const { Transform } = require('stream');
const { host } = require('../host.js');
const { coded } = require('../errors.js');
const { StringDecoder } = require('string_decoder');
const { dataArgument } = require('./bytes.js');
const { PIECE_BYTES } = require('./gathered.js');

/** What is enciphered is the host's, piece by piece. */
class CipherBase extends Transform {
  #id;
  #decoder;
  #tag;
  #state = 'open';
  constructor(kind, algorithm, key, iv, options) {
    super(options);
    this.#id = host('open', kind, algorithm, key, iv, optionsOf(options));
  }
  #shown(bytes, encoding, isLast) {
    if (!encoding || encoding === 'buffer') return bytes;
    this.#decoder ??= new StringDecoder(encoding);
    if (this.#decoder.encoding !== new StringDecoder(encoding).encoding)
      throw coded(Error, 'ERR_INTERNAL_ASSERTION', 'Cannot change encoding');
    return isLast ? this.#decoder.end(bytes) : this.#decoder.write(bytes);
  }
  update(data, inputEncoding = undefined, outputEncoding = undefined) {
    const bytes = dataArgument('data', data, inputEncoding);
    if (this.#state === 'final') throw coded(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation update');
    const pieces = [];
    for (let at = 0; at === 0 || at < bytes.length; at += PIECE_BYTES) {
      pieces.push(host('call', this.#id, 'update', bytes.subarray(at, at + PIECE_BYTES)));
    }
    return this.#shown(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces), outputEncoding, false);
  }
  final(outputEncoding = undefined) {
    if (this.#state === 'final') throw coded(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation final');
    this.#state = 'final';
    try {
      const bytes = host('call', this.#id, 'final');
      this.#tag = this.tagAfter(this.#id);
      return this.#shown(bytes, outputEncoding, true);
    } finally {
      host('close', this.#id);
    }
  }
  tagAfter(_id) {
    return undefined;
  }
  get tag() {
    return this.#tag;
  }
  call(method, ...args) {
    if (this.#state === 'final')
      throw coded(Error, 'ERR_CRYPTO_INVALID_STATE', `Invalid state for operation ${method}`);
    host('call', this.#id, method, ...args);
    return this;
  }
  setAutoPadding(isPadded = true) {
    return this.call('setAutoPadding', isPadded);
  }
  setAAD(bytes, options = undefined) {
    return this.call('setAAD', bytes, options);
  }
  _transform(chunk, encoding, callback) {
    this.push(this.update(chunk, encoding));
    callback();
  }
  _flush(callback) {
    try {
      this.push(this.final());
      callback();
    } catch (error) {
      callback(error);
    }
  }
}

class Cipheriv extends CipherBase {
  constructor(algorithm, key, iv, options = undefined) {
    super('cipher', algorithm, key, iv, options);
  }
  tagAfter(id) {
    try {
      return host('call', id, 'getAuthTag');
    } catch {
      // A cipher that has none.
      return undefined;
    }
  }
  getAuthTag() {
    if (this.tag === undefined)
      throw coded(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation getAuthTag');
    return this.tag;
  }
}

class Decipheriv extends CipherBase {
  constructor(algorithm, key, iv, options = undefined) {
    super('decipher', algorithm, key, iv, options);
  }
  setAuthTag(tag, encoding = undefined) {
    return this.call('setAuthTag', tag, encoding);
  }
}

/** Those of the cipher; the others are the stream's. */
function optionsOf(options) {
  if (typeof options !== 'object' || options === null) return options;
  return { authTagLength: options.authTagLength };
}

const createCipheriv = (algorithm, key, iv, options = undefined) => new Cipheriv(algorithm, key, iv, options);
const createDecipheriv = (algorithm, key, iv, options = undefined) => new Decipheriv(algorithm, key, iv, options);

module.exports = { Cipheriv, Decipheriv, createCipheriv, createDecipheriv };
