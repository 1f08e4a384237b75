const { WIRE, host, hostLater, isCryptoKey, madeBy } = require('../host.js');
const { coded, invalidArgType } = require('../errors.js');

const MAKE = Symbol('make');
const makeCryptoKey = globalThis[Symbol.for('hookmint.makeKey')];
const FORMATS = { secret: 'raw', public: 'spki', private: 'pkcs8' };

/** Node's KeyObject: what it is made of stays here, as secret bytes, SPKI of a public key or PKCS#8 of a private one, in base64. */
class KeyObject {
  #type;
  #material;
  constructor(type, material, permission) {
    if (type !== 'secret' && type !== 'public' && type !== 'private') {
      throw coded(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument 'type' is invalid. Received ${shown(type)}`);
    }
    if (permission !== MAKE) throw invalidArgType('handle', 'of type object', material);
    this.#type = type;
    this.#material = material;
  }
  get type() {
    return this.#type;
  }
  get [WIRE]() {
    return ['key', this.#type, this.#material];
  }
  /** @type {number | undefined} */
  get symmetricKeySize() {
    return undefined;
  }
  export(options = undefined) {
    if (this.#type === 'secret' && options === undefined)
      return Buffer.from(Uint8Array.fromBase64(this.#material).buffer);
    return host('exportKey', this, options);
  }
  equals(other) {
    if (!(other instanceof KeyObject)) throw invalidArgType('otherKeyObject', 'an instance of KeyObject', other);
    return other.#type === this.#type && other.#material === this.#material;
  }
  toCryptoKey(algorithm, extractable, usages) {
    const described = host('toCryptoKey', this, algorithm, extractable, usages);
    return makeCryptoKey({ ...described, data: `${FORMATS[this.#type]}:${this.#material}` });
  }
  static from(key) {
    if (!isCryptoKey(key)) throw invalidArgType('key', 'an instance of CryptoKey', key);
    return host('keyObject', key);
  }
}
Object.defineProperty(KeyObject.prototype, Symbol.toStringTag, { configurable: true, value: 'KeyObject' });

class SecretKeyObject extends KeyObject {
  #bytes;
  constructor(material) {
    super('secret', material, MAKE);
    this.#bytes = Math.floor((material.replace(/=+$/, '').length * 3) / 4);
  }
  get symmetricKeySize() {
    return this.#bytes;
  }
}

class AsymmetricKeyObject extends KeyObject {
  #kind;
  #details;
  constructor(type, material, kind, details) {
    super(type, material, MAKE);
    this.#kind = kind;
    this.#details = details;
  }
  get asymmetricKeyType() {
    return this.#kind;
  }
  get asymmetricKeyDetails() {
    return { ...this.#details };
  }
}
class PublicKeyObject extends AsymmetricKeyObject {}
class PrivateKeyObject extends AsymmetricKeyObject {}

madeBy(([, type, material, kind], details) =>
  type === 'secret'
    ? new SecretKeyObject(material)
    : new (type === 'public' ? PublicKeyObject : PrivateKeyObject)(type, material, kind, details),
);

const shown = (value) => (typeof value === 'string' ? `'${value}'` : String(value));

const createSecretKey = (key, encoding = undefined) => host('createSecretKey', key, encoding);
const createPublicKey = (key) => host('createPublicKey', key);
const createPrivateKey = (key) => host('createPrivateKey', key);

/** What pairs are made of: keys are given as they were asked for. */
const pairOf = ({ publicKey, privateKey }) => ({ publicKey, privateKey });
const generateKeyPairSync = (type, options = undefined) =>
  pairOf(host('generateKeyPair', type, pairOptions(type, options)));

/** With the names of today for two older ones, which Node 22 still takes. */
function pairOptions(type, options) {
  if (type !== 'rsa-pss' || typeof options !== 'object' || options === null) return options;
  const { hash, mgf1Hash, ...others } = options;
  return { hashAlgorithm: hash, mgf1HashAlgorithm: mgf1Hash, ...others };
}

function generateKeyPair(type, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  if (typeof done !== 'function') throw invalidArgType('callback', 'of type function', done);
  hostLater(
    (error, pair) => (error === null ? done(null, pair.publicKey, pair.privateKey) : done(error)),
    'generateKeyPair',
    type,
    options === done ? undefined : pairOptions(type, options),
  );
}

const generateKeySync = (type, options) => host('generateKey', type, options);

function generateKey(type, options, callback) {
  if (typeof callback !== 'function') throw invalidArgType('callback', 'of type function', callback);
  hostLater(callback, 'generateKey', type, options);
}

// Node's own way to have the results of a promise of them named.
const CUSTOM = Symbol.for('nodejs.util.promisify.custom');
Object.defineProperty(generateKeyPair, CUSTOM, {
  value: (type, options) =>
    new Promise((resolve, reject) =>
      generateKeyPair(type, options, (error, publicKey, privateKey) =>
        error === null ? resolve({ publicKey, privateKey }) : reject(error),
      ),
    ),
});

module.exports = {
  KeyObject,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKey,
  generateKeyPair,
  generateKeyPairSync,
  generateKeySync,
};
