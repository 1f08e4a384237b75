import * as crypto from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  dataMs,
  keyPairMs,
  keyUseMs,
  pbkdf2Ms,
  primeCheckMs,
  primeMs,
  requireGroup,
  requirePrimeBits,
  MAX_RESULT_BYTES,
  requireResultBytes,
  scryptMs,
} from './estimates.ts';
import { shownKey } from '../subtle.ts';
import { requireBoundedInput, requireBoundedKey } from './key-bounds.ts';
import { unchecked, type Operation } from './operations.ts';
import { refuse } from './refuse.ts';

const SOME_MS = 0.05;
const KEY_TYPES = new Set<unknown>(['rsa', 'rsa-pss', 'dsa', 'ec', 'ed25519', 'ed448', 'x25519', 'x448', 'dh']);
const MAX_SCRYPT_BYTES = 64 * 1_048_576;
const MAX_PRIME_CHECKS = 64;
/** Of a Diffie-Hellman prime that is nobody's standard: it is tried for being one. */
const MAX_OWN_GROUP_BYTES = 128;
const STANDARD_GROUPS = ['modp5', 'modp14', 'modp15', 'modp16'];
const standardPrimes = new Set(STANDARD_GROUPS.map((name) => crypto.getDiffieHellman(name).getPrime('hex')));

type Members = Record<string, unknown>;
const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)
    ? (value as Members)
    : {};

/** A key that is given as what one is made of, alone or in an object with how. */
function requireBounded(key: unknown): void {
  const { key: within, publicKey, privateKey } = membersOf(key);
  for (const one of [key, within]) requireBoundedInput(one);
  for (const one of [key, within, publicKey, privateKey]) {
    if (one instanceof crypto.KeyObject) requireBoundedKey(one);
  }
}

export function useMs(data: unknown, key: unknown): number {
  requireBounded(key);
  return SOME_MS + dataMs(data) + keyUseMs(key);
}

const quick = (run: (...args: never[]) => unknown, ms: Operation['ms'] = () => SOME_MS): Operation => ({
  ms,
  run: run as Operation['run'],
});

const withBoundedMemory = (options: unknown): unknown => {
  const { maxmem } = membersOf(options);
  return typeof maxmem === 'number' && maxmem > MAX_SCRYPT_BYTES
    ? { ...(options as object), maxmem: MAX_SCRYPT_BYTES }
    : options;
};

const pair = (publicKey: unknown, privateKey: unknown) => ({ publicKey, privateKey });

/** In the version that hooks see there are these kinds of keys. */
function requireKeyType(type: unknown): void {
  if (typeof type !== 'string' || KEY_TYPES.has(type)) return;
  const error = new TypeError(`The argument 'type' must be a supported key type. Received '${type}'`);
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}

function primeOptions(options: unknown): unknown {
  const { add, rem } = membersOf(options);
  // None may be there, and the search would have no end.
  if (add !== undefined || rem !== undefined) refuse('primes cannot be asked for by "add" and "rem"');
  return options;
}

const bitsOf = (value: unknown): number =>
  typeof value === 'bigint'
    ? value.toString(16).length * 4
    : ArrayBuffer.isView(value) || value instanceof ArrayBuffer
      ? value.byteLength * 8
      : 0;

function checkMs(candidate: unknown, options: unknown): number {
  requirePrimeBits(bitsOf(candidate));
  const { checks } = membersOf(options);
  if (Number(checks) > MAX_PRIME_CHECKS) refuse(`checks of a prime are limited to ${String(MAX_PRIME_CHECKS)}`);
  return primeCheckMs(bitsOf(candidate), Number(checks) || MAX_PRIME_CHECKS);
}

function generateMs(bits: unknown, options: unknown): number {
  primeOptions(options);
  const size = typeof bits === 'number' ? bits : 0;
  requirePrimeBits(size);
  return primeMs(size, membersOf(options).safe === true);
}

/** Data, then a key, as of {@link crypto.sign}. */
const signMs = (_digest: unknown, data: unknown, key: unknown) => useMs(data, key);

export const CRYPTO_OPERATIONS: Record<string, Operation> = {
  getHashes: quick(crypto.getHashes),
  getCiphers: quick(crypto.getCiphers),
  getCurves: quick(crypto.getCurves),
  getCipherInfo: quick(unchecked(crypto.getCipherInfo)),
  timingSafeEqual: quick(unchecked(crypto.timingSafeEqual)),

  createHash: quick((algorithm: string, options: crypto.HashOptions) => {
    crypto.createHash(algorithm, options);
  }),
  createHmac: quick((algorithm: string, key: crypto.BinaryLike, options: object) => {
    crypto.createHmac(algorithm, key, options);
  }),
  hash: quick(
    (algorithm: string, options: crypto.HashOptions, data: Buffer) =>
      crypto.createHash(algorithm, options).update(data).digest(),
    (_algorithm, options, data) => {
      requireResultBytes(membersOf(options).outputLength);
      return SOME_MS + dataMs(data) + Number(membersOf(options).outputLength ?? 0) / 100_000;
    },
  ),
  hmac: quick(
    (algorithm: string, key: crypto.BinaryLike, data: Buffer) =>
      crypto.createHmac(algorithm, key).update(data).digest(),
    (_algorithm, key, data) => SOME_MS + dataMs(key) + dataMs(data),
  ),
  hashOnce: quick(unchecked(crypto.hash), (_algorithm, data, options) => {
    requireResultBytes(membersOf(options).outputLength);
    return SOME_MS + dataMs(data);
  }),

  pbkdf2: {
    ms: (_password, salt, rounds, length, digest) => SOME_MS + pbkdf2Ms(salt, rounds, length, digest),
    run: unchecked(crypto.pbkdf2Sync),
    start: (done, ...args) => unchecked(crypto.pbkdf2)(...args, done),
  },
  scrypt: {
    ms: (_password, salt, length, options) => SOME_MS + scryptMs(salt, length, options),
    run: (password, salt, length, options) =>
      unchecked(crypto.scryptSync)(password, salt, length, withBoundedMemory(options)),
    start: (done, password, salt, length, options) =>
      unchecked(crypto.scrypt)(password, salt, length, withBoundedMemory(options) ?? {}, done),
  },
  hkdf: quick(unchecked(crypto.hkdfSync), (_digest, key, _salt, _info, length) => {
    requireResultBytes(length);
    // What is longer than any result Node refuses.
    return SOME_MS + dataMs(key) + (Number(length) <= MAX_RESULT_BYTES ? Number(length) / 50_000 : 0);
  }),

  /** Of a CryptoKey. */
  keyObject: quick((key: KeyObject) => key),
  toCryptoKey: quick(
    (
      key: KeyObject,
      algorithm: crypto.webcrypto.Algorithm,
      extractable: boolean,
      usages: crypto.webcrypto.KeyUsage[],
    ) => {
      const made = key.toCryptoKey(algorithm, extractable, usages);
      return shownKey(made, made.extractable);
    },
    (key) => useMs('', key),
  ),
  createSecretKey: quick(unchecked(crypto.createSecretKey)),
  createPublicKey: quick(unchecked(crypto.createPublicKey), (key) => useMs('', key)),
  createPrivateKey: quick(unchecked(crypto.createPrivateKey), (key) => useMs('', key)),
  exportKey: quick((key: KeyObject, options: object) => unchecked(key.export.bind(key))(options)),
  generateKey: quick(unchecked(crypto.generateKeySync), (_type, options) => {
    const { length } = membersOf(options);
    if (typeof length === 'number' && length < 2 ** 31) requireResultBytes(length / 8);
    return SOME_MS;
  }),
  generateKeyPair: {
    ms: (type, options) => {
      requireKeyType(type);
      return keyPairMs(type, options);
    },
    run: unchecked(crypto.generateKeyPairSync),
    start: (done, ...args) => unchecked(crypto.generateKeyPair)(...args, done),
    shape: pair,
  },

  createSign: quick((digest: string) => {
    crypto.createSign(digest);
  }),
  signStream: quick(
    (digest: string, data: Buffer, key: crypto.SignKeyObjectInput) => crypto.createSign(digest).update(data).sign(key),
    signMs,
  ),
  verifyStream: quick(
    (digest: string, data: Buffer, key: crypto.VerifyKeyObjectInput, signature: Buffer) =>
      crypto.createVerify(digest).update(data).verify(key, signature),
    signMs,
  ),
  sign: { ms: signMs, run: unchecked(crypto.sign), start: (done, ...args) => unchecked(crypto.sign)(...args, done) },
  verify: {
    ms: signMs,
    run: unchecked(crypto.verify),
    start: (done, ...args) => unchecked(crypto.verify)(...args, done),
  },
  publicEncrypt: quick(unchecked(crypto.publicEncrypt), (key, data) => useMs(data, key)),
  publicDecrypt: quick(unchecked(crypto.publicDecrypt), (key, data) => useMs(data, key)),
  privateEncrypt: quick(unchecked(crypto.privateEncrypt), (key, data) => useMs(data, key)),
  privateDecrypt: quick(unchecked(crypto.privateDecrypt), (key, data) => useMs(data, key)),

  diffieHellman: quick(unchecked(crypto.diffieHellman), (options) => {
    requireBounded(options);
    return 2;
  }),
  ecdhKeys: quick(
    (curve: string) => {
      const ecdh = crypto.createECDH(curve);
      return [ecdh.generateKeys(), ecdh.getPrivateKey()];
    },
    () => 1,
  ),
  createECDH: quick((curve: string) => {
    crypto.createECDH(curve);
  }),
  ecdhPublicKey: quick(
    (curve: string, key: Buffer) => {
      const ecdh = crypto.createECDH(curve);
      ecdh.setPrivateKey(key);
      return ecdh.getPublicKey();
    },
    () => 1,
  ),
  ecdhSecret: quick(
    (curve: string, key: Buffer | null, other: Buffer) => {
      const ecdh = crypto.createECDH(curve);
      if (key !== null) ecdh.setPrivateKey(key);
      return ecdh.computeSecret(other);
    },
    () => 1,
  ),
  ecdhConvertKey: quick(unchecked(crypto.ECDH.convertKey.bind(crypto.ECDH))),

  diffieHellmanGroup: quick(
    (name: string) => {
      requireGroup(name);
      const group = crypto.getDiffieHellman(name);
      return [group.getPrime(), group.getGenerator(), group.verifyError];
    },
    () => 3,
  ),
  diffieHellmanPrime: {
    ms: (bits) => {
      requirePrimeBits(Number(bits) || 0);
      return primeMs(Number(bits) || 0, true);
    },
    run: (bits) => Buffer.from(crypto.generatePrimeSync(Number(bits), { safe: true })),
    start: (done, bits) => {
      crypto.generatePrime(Number(bits), { safe: true }, done);
    },
    shape: (prime) => Buffer.from(prime as ArrayBuffer),
  },
  createDiffieHellman: quick((prime: Buffer, generator: Buffer) => {
    const group = crypto.createDiffieHellman(prime, generator);
    return [group.getPrime(), group.getGenerator(), group.verifyError];
  }, groupMs),
  diffieHellmanKeys: quick((prime: Buffer, generator: Buffer, key: Buffer | null) => {
    const group = crypto.createDiffieHellman(prime, generator);
    if (key !== null) group.setPrivateKey(key);
    return [group.generateKeys(), group.getPrivateKey()];
  }, groupMs),
  diffieHellmanSecret: quick((prime: Buffer, generator: Buffer, key: Buffer, other: Buffer) => {
    const group = crypto.createDiffieHellman(prime, generator);
    group.setPrivateKey(key);
    return group.computeSecret(other);
  }, groupMs),

  checkPrime: {
    ms: checkMs,
    run: unchecked(crypto.checkPrimeSync),
    start: (done, candidate, options) => unchecked(crypto.checkPrime)(candidate, options ?? {}, done),
  },
  generatePrime: {
    ms: generateMs,
    run: unchecked(crypto.generatePrimeSync),
    start: (done, bits, options) => unchecked(crypto.generatePrime)(bits, options ?? {}, done),
  },

  certificate: quick(
    (method: 'verifySpkac' | 'exportPublicKey' | 'exportChallenge', spkac: Buffer) => crypto.Certificate[method](spkac),
    (_method, spkac) => useMs('', spkac),
  ),
};

/** With a prime of one's own Node tries whether it is one. */
function groupMs(prime: unknown, _generator: unknown, key: unknown): number {
  requirePrimeBits(Math.max(bitsOf(prime), bitsOf(key)));
  const bytes = bitsOf(prime) / 8;
  if (bytes > MAX_OWN_GROUP_BYTES && !standardPrimes.has(Buffer.from(prime as Buffer).toString('hex')))
    refuse(
      `a Diffie-Hellman prime that is none of the standard groups is limited to ${String(MAX_OWN_GROUP_BYTES * 8)} bits`,
    );
  return 5;
}
