// Keys that two agree on.
const { host, hostLater } = require('../host.js');
const { coded, invalidArgType, requireInteger, requireString } = require('../errors.js');
const { bytesArgument } = require('./bytes.js');

const encoded = (bytes, encoding) => (encoding && encoding !== 'buffer' ? bytes.toString(encoding) : bytes);
const state = (message) => coded(Error, 'ERR_CRYPTO_INVALID_STATE', message);

class ECDH {
  #curve;
  #publicKey;
  #privateKey;
  constructor(curve) {
    requireString('curve', curve);
    host('createECDH', curve);
    this.#curve = curve;
  }
  generateKeys(encoding = undefined, format = undefined) {
    [this.#publicKey, this.#privateKey] = host('ecdhKeys', this.#curve);
    return this.getPublicKey(encoding, format);
  }
  computeSecret(key, inputEncoding = undefined, outputEncoding = undefined) {
    const other = bytesArgument('otherPublicKey', key, inputEncoding);
    return encoded(host('ecdhSecret', this.#curve, this.#privateKey ?? null, other), outputEncoding);
  }
  setPrivateKey(key, encoding = undefined) {
    const bytes = Buffer.from(bytesArgument('key', key, encoding));
    this.#publicKey = host('ecdhPublicKey', this.#curve, bytes);
    this.#privateKey = bytes;
    return this;
  }
  setPublicKey(key, encoding = undefined) {
    this.#publicKey = host(
      'ecdhConvertKey',
      bytesArgument('key', key, encoding),
      this.#curve,
      undefined,
      undefined,
      'uncompressed',
    );
    return this;
  }
  getPublicKey(encoding = undefined, format = 'uncompressed') {
    if (this.#publicKey === undefined)
      throw coded(Error, 'ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY', 'Failed to get ECDH public key');
    return encoded(host('ecdhConvertKey', this.#publicKey, this.#curve, undefined, undefined, format), encoding);
  }
  getPrivateKey(encoding = undefined) {
    if (this.#privateKey === undefined) throw state('Failed to get ECDH private key');
    return encoded(Buffer.from(this.#privateKey), encoding);
  }
  static convertKey(key, curve, inputEncoding = undefined, outputEncoding = undefined, format = undefined) {
    const bytes = bytesArgument('key', key, inputEncoding);
    return encoded(host('ecdhConvertKey', bytes, curve, undefined, undefined, format), outputEncoding);
  }
}

const MIN_PRIME_BITS = 2;

class DiffieHellmanGroup {
  #prime;
  #generator;
  #publicKey;
  #privateKey;
  constructor(group) {
    let verifyError;
    [this.#prime, this.#generator, verifyError] = Array.isArray(group) ? group : host('diffieHellmanGroup', group);
    Object.defineProperty(this, 'verifyError', { enumerable: true, value: verifyError, writable: false });
  }
  generateKeys(encoding = undefined) {
    [this.#publicKey, this.#privateKey] = host(
      'diffieHellmanKeys',
      this.#prime,
      this.#generator,
      this.#privateKey ?? null,
    );
    return encoded(this.#publicKey, encoding);
  }
  computeSecret(key, inputEncoding = undefined, outputEncoding = undefined) {
    const other = bytesArgument('otherPublicKey', key, inputEncoding);
    if (this.#privateKey === undefined) throw state('Invalid key');
    return encoded(host('diffieHellmanSecret', this.#prime, this.#generator, this.#privateKey, other), outputEncoding);
  }
  getPrime(encoding = undefined) {
    return encoded(Buffer.from(this.#prime), encoding);
  }
  getGenerator(encoding = undefined) {
    return encoded(Buffer.from(this.#generator), encoding);
  }
  getPublicKey(encoding = undefined) {
    if (this.#publicKey === undefined) throw state('No public key - did you forget to generate one?');
    return encoded(Buffer.from(this.#publicKey), encoding);
  }
  getPrivateKey(encoding = undefined) {
    if (this.#privateKey === undefined) throw state('No private key - did you forget to generate one?');
    return encoded(Buffer.from(this.#privateKey), encoding);
  }
  /** For the class with keys of one's own. */
  static keep(group, name, bytes) {
    if (name === 'public') group.#publicKey = bytes;
    else group.#privateKey = bytes;
    return group;
  }
}
const { keep } = DiffieHellmanGroup;
Reflect.deleteProperty(DiffieHellmanGroup, 'keep');

class DiffieHellman extends DiffieHellmanGroup {
  constructor(sizeOrPrime, keyEncoding = undefined, generator = undefined, generatorEncoding = undefined) {
    super(groupOf(sizeOrPrime, keyEncoding, generator, generatorEncoding));
  }
  setPublicKey(key, encoding = undefined) {
    return keep(this, 'public', Buffer.from(bytesArgument('key', key, encoding)));
  }
  setPrivateKey(key, encoding = undefined) {
    return keep(this, 'private', Buffer.from(bytesArgument('key', key, encoding)));
  }
}

function groupOf(sizeOrPrime, keyEncoding, generator, generatorEncoding) {
  // An encoding is left out where a generator stands in its place.
  const isEncoding = !keyEncoding || keyEncoding === 'buffer' || Buffer.isEncoding(keyEncoding);
  const [encoding, base, baseEncoding] = isEncoding
    ? [keyEncoding, generator, generatorEncoding]
    : [undefined, keyEncoding, generator];
  if (typeof sizeOrPrime === 'number') {
    requireInteger('sizeOrKey', sizeOrPrime, -(2 ** 31), 2 ** 31 - 1);
    if (sizeOrPrime < MIN_PRIME_BITS)
      throw Object.assign(new Error('modulus too small'), { code: 'ERR_OSSL_DH_MODULUS_TOO_SMALL' });
    return host('createDiffieHellman', host('diffieHellmanPrime', sizeOrPrime), generatorOf(base, baseEncoding));
  }
  requireBytes('sizeOrKey', sizeOrPrime);
  return host(
    'createDiffieHellman',
    bytesArgument('sizeOrKey', sizeOrPrime, encoding),
    generatorOf(base, baseEncoding),
  );
}

function requireBytes(name, value) {
  if (typeof value === 'string' || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return;
  const expected = 'one of type number or string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView';
  throw invalidArgType(name, expected, value);
}

function generatorOf(generator, encoding) {
  if (!generator) return Buffer.from([2]);
  if (typeof generator !== 'number') {
    requireBytes('generator', generator);
    return bytesArgument('generator', generator, encoding);
  }
  requireInteger('generator', generator, -(2 ** 31), 2 ** 31 - 1);
  if (generator <= 1) {
    const message = 'error:02800065:Diffie-Hellman routines::bad generator';
    throw Object.assign(new Error(message), { code: 'ERR_OSSL_DH_BAD_GENERATOR' });
  }
  return Buffer.from(generator.toString(16).padStart(8, '0'), 'hex');
}

const createECDH = (curve) => new ECDH(curve);
const createDiffieHellman = (...args) => new DiffieHellman(...args);
const getDiffieHellman = (name) => new DiffieHellmanGroup(name);

function diffieHellman(options, callback = undefined) {
  return callback === undefined ? host('diffieHellman', options) : hostLater(callback, 'diffieHellman', options);
}

module.exports = {
  DiffieHellman,
  DiffieHellmanGroup,
  ECDH,
  createDiffieHellman,
  createDiffieHellmanGroup: getDiffieHellman,
  createECDH,
  diffieHellman,
  getDiffieHellman,
};
