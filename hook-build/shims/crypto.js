const base = require('crypto-browserify');
const { KeyObject, createSecretKey, createPublicKey, createPrivateKey, plainKey } = require('./crypto/key-object.js');
const signatures = require('./crypto/signatures.js');

const webcrypto = globalThis.crypto;

function notAvailable(name) {
  return () => {
    throw Object.assign(new Error(`crypto.${name} is not available in hooks`), { code: 'ERR_NOT_AVAILABLE_IN_HOOKS' });
  };
}

function timingSafeEqual(a, b) {
  if (a.byteLength !== b.byteLength) {
    const error = new RangeError('Input buffers must have the same byte length');
    throw Object.assign(error, { code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH' });
  }
  const [x, y] = [
    Buffer.from(a.buffer ?? a, a.byteOffset, a.byteLength),
    Buffer.from(b.buffer ?? b, b.byteOffset, b.byteLength),
  ];
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

function randomInt(...args) {
  const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
  const [min, max] = args.length === 1 ? [0, args[0]] : args;
  const range = max - min;
  if (!Number.isSafeInteger(range) || range <= 0) throw new RangeError('The value of "max" is out of range');
  const limit = 2 ** 48 - (2 ** 48 % range);
  let drawn;
  do drawn = base.randomBytes(6).readUIntBE(0, 6);
  while (drawn >= limit);
  const result = min + (drawn % range);
  if (callback === undefined) return result;
  queueMicrotask(() => callback(null, result));
  return undefined;
}

function hkdfSync(digest, key, salt, info, length) {
  const secret = Buffer.from(plainKey(key));
  const size = base.createHash(digest).digest().length;
  const prk = base
    .createHmac(digest, salt.length === 0 ? Buffer.alloc(size) : Buffer.from(salt))
    .update(secret)
    .digest();
  const blocks = [];
  for (let i = 1, last = Buffer.alloc(0); blocks.length * size < length; i += 1) {
    last = base
      .createHmac(digest, prk)
      .update(last)
      .update(Buffer.from(info))
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
  createHash: (algorithm) => base.createHash(algorithm),
  createHmac: (algorithm, key) => base.createHmac(algorithm, plainKey(key)),
  createCipheriv: (algorithm, key, iv, options) => base.createCipheriv(algorithm, plainKey(key), iv, options),
  createDecipheriv: (algorithm, key, iv, options) => base.createDecipheriv(algorithm, plainKey(key), iv, options),
  publicEncrypt: withKey('publicEncrypt'),
  publicDecrypt: withKey('publicDecrypt'),
  privateEncrypt: withKey('privateEncrypt'),
  privateDecrypt: withKey('privateDecrypt'),
  hash: (algorithm, data, encoding = 'hex') => base.createHash(algorithm).update(data).digest(encoding),
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
