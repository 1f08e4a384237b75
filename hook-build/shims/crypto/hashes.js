const { Transform } = require('stream');
const { host } = require('../host.js');
const { coded, requireString } = require('../errors.js');
const { dataArgument, encodingOf, viewOf } = require('./bytes.js');
const { Gathered } = require('./gathered.js');

const finalized = () => coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');

function encoded(bytes, encoding) {
  if (typeof encoding === 'object' && encoding !== null) encoding = `${encoding}`;
  return encoding === undefined || encoding === null || encoding === 'buffer' || !Buffer.isEncoding(encoding)
    ? bytes
    : bytes.toString(encoding);
}

/** Both are streams too, as in Node. */
class Digesting extends Transform {
  constructor(options) {
    super(options);
  }
  _transform(chunk, encoding, callback) {
    this.update(chunk, encoding);
    callback();
  }
  _flush(callback) {
    try {
      this.push(this.streamed());
      callback();
    } catch (error) {
      callback(error);
    }
  }
}

/** Names that were found good, so that the host need not be asked again. */
const known = new Set();

class Hash extends Digesting {
  #algorithm;
  #options;
  #data;
  #bytes;
  #finalized = false;
  constructor(algorithm, /** @type {any} */ options = undefined, /** @type {any} */ data = undefined) {
    super(options);
    this.#algorithm = algorithm;
    this.#options = options === undefined ? undefined : { outputLength: options?.outputLength };
    if (data === undefined && (this.#options !== undefined || !known.has(algorithm))) {
      host('createHash', algorithm, options);
      if (this.#options === undefined) known.add(algorithm);
    }
    this.#data = data ?? new Gathered('hash', algorithm, this.#options);
  }
  update(data, encoding = undefined) {
    if (this.#finalized) throw finalized();
    this.#data.add(dataArgument('data', data, encoding));
    return this;
  }
  digest(encoding = undefined) {
    if (this.#finalized) throw finalized();
    this.#finalized = true;
    return encoded(this.streamed(), encoding);
  }
  /** Also to be had from the stream and then once more. */
  streamed() {
    this.#bytes ??= this.#data.end('digest', (data) => host('hash', this.#algorithm, this.#options, data));
    return this.#bytes;
  }
  copy(options = undefined) {
    if (this.#finalized) throw finalized();
    return new Hash(this.#algorithm, options, this.#data.copy(options));
  }
}

class Hmac extends Digesting {
  #algorithm;
  #key;
  #data;
  #bytes;
  #finalized = false;
  constructor(algorithm, key, /** @type {any} */ options = undefined) {
    super(options);
    host('createHmac', algorithm, key, options === undefined ? undefined : { encoding: options?.encoding });
    this.#algorithm = algorithm;
    // As it is now.
    this.#key = typeof key === 'string' ? Buffer.from(key, encodingOf(options?.encoding)) : copyOf(key);
    this.#data = new Gathered('hmac', algorithm, this.#key);
  }
  update(data, encoding = undefined) {
    if (this.#finalized) throw finalized();
    this.#data.add(dataArgument('data', data, encoding));
    return this;
  }
  digest(encoding = undefined) {
    // Not an error, but no MAC either: so it is in Node.
    if (this.#finalized) return encoded(Buffer.alloc(0), encoding);
    this.#finalized = true;
    return encoded(this.streamed(), encoding);
  }
  streamed() {
    this.#bytes ??= this.#data.end('digest', (data) => host('hmac', this.#algorithm, this.#key, data));
    return this.#bytes;
  }
}

const copyOf = (key) => {
  const bytes = viewOf(key);
  return bytes === undefined ? key : Buffer.from(bytes);
};

const createHash = (algorithm, options = undefined) => new Hash(algorithm, options);
const createHmac = (algorithm, key, options = undefined) => new Hmac(algorithm, key, options);

/** @param {any} output */
function hash(algorithm, data, output = 'hex') {
  requireString('algorithm', algorithm);
  const encoding = typeof output === 'object' && output !== null ? output.outputEncoding : output;
  return host('hashOnce', algorithm, data, encoding);
}

module.exports = { Hash, Hmac, createHash, createHmac, hash };
