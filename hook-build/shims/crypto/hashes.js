const base = require('crypto-browserify');
const { Transform } = require('stream');
const { coded, requireString } = require('../errors.js');
const { dataArgument, encodingOf } = require('./bytes.js');
const { secretArgument } = require('./secret-argument.js');

const DIGESTS = ['md5', 'rmd160', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
const ALIASES = { ripemd160: 'rmd160', ripemd: 'rmd160', 'ssl3-md5': 'md5', 'ssl3-sha1': 'sha1' };

/** The name that the libraries know a digest by, of any that OpenSSL has for it; undefined of one that is not there. */
function digestOf(name) {
  const lower = name.toLowerCase();
  const short = lower
    .replace(/^rsa-/, '')
    .replace(/^sha-(?=\d)/, 'sha')
    .replace(/^sha2-(?=\d)/, 'sha');
  const known = ALIASES[short] ?? short;
  return DIGESTS.includes(known) ? known : undefined;
}

function requireDigest(name) {
  requireString('digest', name);
  const digest = digestOf(name);
  if (digest === undefined) throw coded(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${name}`);
  return digest;
}

const finalized = () => coded(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');

function encoded(bytes, encoding) {
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
    this.push(this.digest());
    callback();
  }
}

class Hash extends Digesting {
  #hash;
  #finalized = false;
  constructor(hash, options) {
    super(options);
    this.#hash = hash;
  }
  update(data, encoding = undefined) {
    if (this.#finalized) throw finalized();
    this.#hash.update(dataArgument('data', data, encoding));
    return this;
  }
  digest(encoding = undefined) {
    if (this.#finalized) throw finalized();
    this.#finalized = true;
    return encoded(this.#hash.digest(), encoding);
  }
  copy(options = undefined) {
    if (this.#finalized) throw finalized();
    return new Hash(copyOf(this.#hash), options);
  }
}

/** The libraries keep a hash's state in numbers, buffers and lists of them, and in a hash within. */
function copyOf(hash) {
  const copy = Object.create(Object.getPrototypeOf(hash));
  for (const [name, value] of Object.entries(hash)) {
    if (Buffer.isBuffer(value)) copy[name] = Buffer.from(value);
    else if (Array.isArray(value)) copy[name] = [...value];
    else copy[name] = name === '_hash' ? copyOf(value) : value;
  }
  return copy;
}

class Hmac extends Digesting {
  #hmac;
  #finalized = false;
  constructor(hmac, options) {
    super(options);
    this.#hmac = hmac;
  }
  update(data, encoding = undefined) {
    if (this.#finalized) throw finalized();
    this.#hmac.update(dataArgument('data', data, encoding));
    return this;
  }
  digest(encoding = undefined) {
    // Not an error, but no MAC either: so it is in Node.
    if (this.#finalized) return encoded(Buffer.alloc(0), encoding);
    this.#finalized = true;
    return encoded(this.#hmac.digest(), encoding);
  }
}

function createHash(algorithm, options = undefined) {
  requireString('algorithm', algorithm);
  const digest = digestOf(algorithm);
  if (digest === undefined) throw new Error('Digest method not supported');
  return new Hash(base.createHash(digest), options);
}

function createHmac(algorithm, key, options = undefined) {
  requireString('hmac', algorithm);
  const secret = secretArgument('key', key, options?.encoding);
  const digest = digestOf(algorithm);
  if (digest === undefined) throw coded(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${algorithm}`);
  return new Hmac(base.createHmac(digest, secret), options);
}

/** @param {any} output */
function hash(algorithm, data, output = 'hex') {
  const encoding = Object(output) === output ? output.outputEncoding : output;
  return createHash(algorithm)
    .update(data)
    .digest(encoding === 'buffer' ? undefined : encodingOf(encoding ?? 'hex'));
}

module.exports = { Hash, Hmac, createHash, createHmac, digestOf, hash, requireDigest };
