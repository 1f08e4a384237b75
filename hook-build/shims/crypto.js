const base = require('crypto-browserify');
const { KeyObject, createSecretKey, createPublicKey, createPrivateKey, plainKey } = require('./crypto/key-object.js');
const signatures = require('./crypto/signatures.js');
const { bufferArgument, bytesArgument } = require('./crypto/bytes.js');
const { secretArgument } = require('./crypto/secret-argument.js');
const { Hash, Hmac, createHash, createHmac, hash, requireDigest } = require('./crypto/hashes.js');
const { coded, invalidArgType, outOfRange, requireInteger } = require('./errors.js');

const webcrypto = globalThis.crypto;

function notAvailable(name) {
  return () => {
    throw Object.assign(new Error(`crypto.${name} is not available in hooks`), { code: 'ERR_NOT_AVAILABLE_IN_HOOKS' });
  };
}

function timingSafeEqual(a, b) {
  const [x, y] = [bufferOf('buf1', a), bufferOf('buf2', b)];
  if (x.length !== y.length) {
    const error = new RangeError('Input buffers must have the same byte length');
    throw Object.assign(error, { code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH' });
  }
  let difference = 0;
  for (let i = 0; i < x.length; i += 1) difference |= x[i] ^ y[i];
  return difference === 0;
}

function randomUUID() {
  if (typeof webcrypto?.randomUUID === 'function') return webcrypto.randomUUID();
  const bytes = base.randomBytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const MAX_RANDOM_BYTES = 65_536;

function randomFillSync(target, offset = 0, size = undefined) {
  const bytes = ArrayBuffer.isView(target)
    ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    : new Uint8Array(target);
  const end = size === undefined ? bytes.length : offset + size;
  for (let at = offset; at < end; at += MAX_RANDOM_BYTES) {
    webcrypto.getRandomValues(bytes.subarray(at, Math.min(end, at + MAX_RANDOM_BYTES)));
  }
  return target;
}

function randomFill(target, ...rest) {
  const callback = rest.pop();
  randomFillSync(target, ...rest);
  queueMicrotask(() => callback(null, target));
}

const MAX_RANDOM_RANGE = 2 ** 48 - 1;

function randomInt(...args) {
  const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
  const [min, max] = args.length === 1 ? [0, args[0]] : args;
  const range = max - min;
  if (!Number.isSafeInteger(min)) throw invalidArgType('min', 'a safe integer', min);
  if (!Number.isSafeInteger(max)) throw invalidArgType('max', 'a safe integer', max);
  if (range <= 0) throw outOfRange('max', `greater than the value of "min" (${min})`, max);
  if (range > MAX_RANDOM_RANGE) {
    throw outOfRange(args.length === 1 ? 'max' : 'max - min', `<= ${MAX_RANDOM_RANGE}`, range);
  }
  const limit = 2 ** 48 - (2 ** 48 % range);
  let drawn;
  do drawn = base.randomBytes(6).readUIntBE(0, 6);
  while (drawn >= limit);
  const result = min + (drawn % range);
  if (callback === undefined) return result;
  queueMicrotask(() => callback(null, result));
  return undefined;
}

const MAX_INT32 = 2 ** 31 - 1;
const MAX_INFO_BYTES = 1024;
const MAX_HKDF_BLOCKS = 255;

function bufferOf(name, value) {
  if (typeof value === 'string' || value === null || typeof value !== 'object') {
    throw coded(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      `The "${name}" argument must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView.`,
    );
  }
  return bufferArgument(name, value);
}

function pbkdf2Sync(password, salt, iterations, length, digest) {
  const [bytes, saltBytes] = [bytesArgument('password', password), bytesArgument('salt', salt)];
  requireInteger('iterations', iterations, 1, MAX_INT32);
  requireInteger('keylen', length, 0, MAX_INT32);
  const name = requireDigest(digest);
  return length === 0 ? Buffer.alloc(0) : base.pbkdf2Sync(bytes, saltBytes, iterations, length, name);
}

function pbkdf2(...args) {
  const callback = args.pop();
  if (typeof callback !== 'function') throw invalidArgType('callback', 'of type function', callback);
  const [password, salt, iterations, length, digest] = args;
  const key = pbkdf2Sync(password, salt, iterations, length, digest);
  queueMicrotask(() => callback(null, key));
}

const AEAD = /gcm$/i;

/** createCipheriv and createDecipheriv: key and IV checked as the libraries do not. */
function cipher(name) {
  return (algorithm, key, iv, options) => {
    const secret = secretArgument('key', key);
    if (iv === undefined)
      throw invalidArgType('iv', 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', iv);
    const bytes = iv === null ? Buffer.alloc(0) : bytesArgument('iv', iv);
    if (AEAD.test(algorithm) && bytes.length === 0) {
      throw coded(TypeError, 'ERR_CRYPTO_INVALID_IV', 'Invalid initialization vector');
    }
    return base[name](algorithm, secret, bytes, options);
  };
}

function hkdfSync(digest, key, salt, info, length) {
  const name = requireDigest(digest);
  const secret = secretArgument('ikm', key);
  const [saltBytes, infoBytes] = [bytesArgument('salt', salt), bytesArgument('info', info)];
  requireInteger('length', length, 0, MAX_INT32);
  if (infoBytes.length > MAX_INFO_BYTES) {
    throw outOfRange('info', `must not contain more than ${MAX_INFO_BYTES} bytes`, infoBytes.length);
  }
  const size = base.createHash(name).digest().length;
  if (length > size * MAX_HKDF_BLOCKS) throw coded(RangeError, 'ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length');
  const prk = base
    .createHmac(name, saltBytes.length === 0 ? Buffer.alloc(size) : saltBytes)
    .update(secret)
    .digest();
  const blocks = [];
  for (let i = 1, last = Buffer.alloc(0); blocks.length * size < length; i += 1) {
    last = base
      .createHmac(name, prk)
      .update(last)
      .update(infoBytes)
      .update(Buffer.from([i]))
      .digest();
    blocks.push(last);
  }
  const bytes = Buffer.concat(blocks).subarray(0, length);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + length);
}

function withKey(name) {
  return (key, ...rest) => base[name](plainKey(key), ...rest);
}

module.exports = {
  ...base,
  ...signatures,
  KeyObject,
  createSecretKey,
  createPublicKey,
  createPrivateKey,
  Hash,
  Hmac,
  createHash,
  createHmac,
  createCipheriv: cipher('createCipheriv'),
  createDecipheriv: cipher('createDecipheriv'),
  pbkdf2,
  pbkdf2Sync,
  publicEncrypt: withKey('publicEncrypt'),
  publicDecrypt: withKey('publicDecrypt'),
  privateEncrypt: withKey('privateEncrypt'),
  privateDecrypt: withKey('privateDecrypt'),
  hash,
  hkdfSync,
  hkdf: (...args) => {
    const callback = args.pop();
    const key = hkdfSync(...args);
    queueMicrotask(() => callback(null, key));
  },
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  timingSafeEqual,
  webcrypto,
  subtle: webcrypto?.subtle,
  getRandomValues: (array) => webcrypto.getRandomValues(array),
  constants: { ...base.constants, RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2, RSA_PSS_SALTLEN_AUTO: -2 },
  getCurves: () => ['prime256v1', 'secp256k1', 'secp384r1', 'secp521r1'],
  getFips: () => 0,
  scrypt: notAvailable('scrypt'),
  scryptSync: notAvailable('scryptSync'),
  generateKeyPair: notAvailable('generateKeyPair'),
  generateKeyPairSync: notAvailable('generateKeyPairSync'),
  X509Certificate: class X509Certificate {
    constructor() {
      notAvailable('X509Certificate')();
    }
  },
};
