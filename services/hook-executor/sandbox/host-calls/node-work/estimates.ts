import { getHashes, hash, KeyObject } from 'node:crypto';
import { MAX_RSA_BITS } from '../subtle-limits.ts';
import { refuse } from './refuse.ts';

// What an operation takes, estimated milliseconds of one core. Measured on one core of 2024, and rounded up.

const DATA_MS_PER_BYTE = 6 / 1_048_576;
const PBKDF2_MS_PER_BLOCK_ROUND = 0.000_5;
/** Of N * r * p. */
const SCRYPT_MS_PER_STEP = 0.000_4;
const SCRYPT_BLOCK_BYTES = 128;
const SHA256_BYTES = 32;
const RSA_KEY_MS = 100;
const DSA_KEY_MS = 2_500;
const REFERENCE_BITS = 2_048;
const PRIME_MS = 40;
/** A prime whose half is one too is found as much later. */
const SAFE_PRIME_TIMES = 60;
const KEY_USE_MS = 1;
const REFERENCE_KEY_BYTES = 1_218;

/** Of a derived key, and of a hash of any length. */
export const MAX_RESULT_BYTES = 1_048_576;
const SHORTEST_DIGEST_BYTES = 16;
const MAX_PRIME_BITS = 4_096;

const digestBytes = new Map<string, number>();
function digestBytesOf(name: unknown): number {
  if (typeof name !== 'string') return SHORTEST_DIGEST_BYTES;
  const known = digestBytes.get(name);
  if (known !== undefined) return known;
  if (!getHashes().some((one) => one.toLowerCase() === name.toLowerCase())) return SHORTEST_DIGEST_BYTES;
  const bytes = hash(name, '', 'buffer').length;
  digestBytes.set(name, bytes);
  return bytes;
}

const numberOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);
const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? value.byteLength : 0;
}

export const dataMs = (value: unknown): number => bytesOf(value) * DATA_MS_PER_BYTE;

/** What is larger Node refuses itself. */
const MAX_INT32 = 2 ** 31 - 1;

export function requireResultBytes(length: unknown): void {
  if (numberOf(length) > MAX_RESULT_BYTES && numberOf(length) <= MAX_INT32)
    refuse(`a result is limited to ${String(MAX_RESULT_BYTES)} bytes`);
}

/** The salt is hashed for each block of the result. */
export function pbkdf2Ms(salt: unknown, rounds: unknown, length: unknown, digest: unknown): number {
  requireResultBytes(length);
  if (numberOf(length) > MAX_INT32 || numberOf(rounds) > MAX_INT32) return 0;
  const blocks = Math.max(1, Math.ceil(numberOf(length) / digestBytesOf(digest)));
  return blocks * (numberOf(rounds) * PBKDF2_MS_PER_BLOCK_ROUND + dataMs(salt));
}

/** RFC 7914 section 6: beside the mixing, PBKDF2 of one round makes what is mixed of the salt, and the result of what was mixed. */
export function scryptMs(salt: unknown, length: unknown, options: unknown): number {
  requireResultBytes(length);
  const [cost = 0, size = 0, times = 0] = [
    ['N', 'cost', 16_384],
    ['r', 'blockSize', 8],
    ['p', 'parallelization', 1],
  ].map(([short, long, usual]) => numberOf(member(options, String(short)) ?? member(options, String(long)) ?? usual));
  const mixedBytes = SCRYPT_BLOCK_BYTES * size * times;
  if (mixedBytes > MAX_INT32 || numberOf(length) > MAX_INT32) return 0;
  const hashedBytes =
    (mixedBytes / SHA256_BYTES) * bytesOf(salt) + Math.ceil(numberOf(length) / SHA256_BYTES) * mixedBytes;
  return cost * size * times * SCRYPT_MS_PER_STEP + hashedBytes * DATA_MS_PER_BYTE;
}

/** Two exponents are searched for in the usual time; with others the search is as long as the caller likes. */
const USUAL_EXPONENTS: unknown[] = [undefined, 3, 65_537];

export function keyPairMs(type: unknown, options: unknown): number {
  const bits = numberOf(member(options, 'modulusLength'));
  switch (type) {
    case 'rsa':
    case 'rsa-pss':
      if (bits > MAX_RSA_BITS) refuse(`modulusLength is limited to ${String(MAX_RSA_BITS)}`);
      if (!USUAL_EXPONENTS.includes(member(options, 'publicExponent'))) refuse('publicExponent must be 3 or 65537');
      return RSA_KEY_MS * (bits / REFERENCE_BITS) ** 3.5;
    case 'dsa':
      return DSA_KEY_MS * (bits / REFERENCE_BITS) ** 4;
    case 'dh':
      requirePrimeBits(numberOf(member(options, 'primeLength')));
      requirePrime(member(options, 'prime'));
      requireGroup(member(options, 'group') ?? member(options, 'groupName'));
      return primeMs(numberOf(member(options, 'primeLength')), true) + KEY_USE_MS * 5;
    default:
      return KEY_USE_MS;
  }
}

export function primeMs(bits: number, isSafe: boolean): number {
  return PRIME_MS * (bits / REFERENCE_BITS) ** 4 * 4 * (isSafe ? SAFE_PRIME_TIMES : 1);
}

/** To see whether a number is one. */
export function primeCheckMs(bits: number, checks: number): number {
  return PRIME_MS * (bits / REFERENCE_BITS) ** 3 * Math.max(1, checks / 64);
}

export function requirePrimeBits(bits: number): void {
  if (bits > MAX_PRIME_BITS) refuse(`primes are limited to ${String(MAX_PRIME_BITS)} bits`);
}

export function requirePrime(prime: unknown): void {
  requirePrimeBits(bytesOf(prime) * 8);
}

const LARGE_GROUPS: unknown[] = ['modp17', 'modp18', 'ffdhe6144', 'ffdhe8192'];

export function requireGroup(name: unknown): void {
  if (LARGE_GROUPS.includes(name)) refuse(`Diffie-Hellman groups are limited to ${String(MAX_PRIME_BITS)} bits`);
}

/** One use of an asymmetric key, or of what will be one. */
export function keyUseMs(key: unknown): number {
  const given = member(key, 'key') ?? key;
  let bytes = REFERENCE_KEY_BYTES;
  if (given instanceof KeyObject) {
    if (given.type === 'secret') return 0;
    bytes =
      given.type === 'private'
        ? given.export({ format: 'der', type: 'pkcs8' }).length
        : given.export({ format: 'der', type: 'spki' }).length;
  } else if (typeof given === 'string') bytes = (given.length * 3) / 4;
  else if (ArrayBuffer.isView(given)) bytes = given.byteLength;
  return KEY_USE_MS * (bytes / REFERENCE_KEY_BYTES) ** 3;
}
