import type { webcrypto } from 'node:crypto';
import { MAX_PBKDF2_ITERATIONS, MAX_RSA_BITS, MAX_SALT_BYTES, MAX_SECRET_KEY_BITS } from './subtle-limits.ts';
import { base64Of, fail, recordOf, textOf } from './subtle-request.ts';

export type Algorithm = { name: string } & Record<string, unknown>;

const NAMES = new Set([
  'SHA-1',
  'SHA-256',
  'SHA-384',
  'SHA-512',
  'HMAC',
  'RSASSA-PKCS1-V1_5',
  'RSA-PSS',
  'RSA-OAEP',
  'ECDSA',
  'ECDH',
  'ED25519',
  'ED448',
  'X25519',
  'X448',
  'AES-GCM',
  'AES-CBC',
  'AES-CTR',
  'AES-KW',
  'HKDF',
  'PBKDF2',
]);

/** The parameters that go to WebCrypto, by kind and bound; what is not among them does not go. */
const TEXTS = ['hash', 'namedCurve'];
const BYTES = ['publicExponent', 'iv', 'additionalData', 'counter', 'label', 'salt', 'info', 'context'];
const NUMBERS: Record<string, number> = {
  modulusLength: MAX_RSA_BITS,
  iterations: MAX_PBKDF2_ITERATIONS,
  length: MAX_SECRET_KEY_BITS,
  tagLength: 255,
  saltLength: MAX_SALT_BYTES,
};

/** @param loadKey Makes the key in `public`, of ECDH and X25519. */
export async function algorithmOf(
  value: unknown,
  loadKey: (key: unknown) => Promise<webcrypto.CryptoKey>,
): Promise<Algorithm> {
  const given = recordOf(value);
  const algorithm: Algorithm = { name: textOf(given.name) };
  if (!NAMES.has(algorithm.name.toUpperCase())) fail('NotSupportedError', 'Unrecognized algorithm name');
  for (const name of TEXTS) if (given[name] !== undefined) algorithm[name] = textOf(given[name]);
  for (const name of BYTES) if (given[name] !== undefined) algorithm[name] = new Uint8Array(base64Of(given[name]));
  for (const [name, maximum] of Object.entries(NUMBERS)) {
    const number = given[name];
    if (number === undefined) continue;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0)
      fail('TypeError', `${name} is not an integer`);
    if (number > maximum) fail('OperationError', `${name} is limited to ${maximum}`);
    algorithm[name] = number;
  }
  if (given.public !== undefined) algorithm.public = await loadKey(recordOf(given.public).key);
  return algorithm;
}

/** Other exponents make the search for primes as long as the caller likes. */
export function requireUsualExponent({ publicExponent }: Algorithm): void {
  if (!(publicExponent instanceof Uint8Array)) return;
  const hex = Buffer.from(publicExponent).toString('hex').replace(/^0+/, '');
  if (hex !== '3' && hex !== '10001') fail('OperationError', 'publicExponent must be 3 or 65537');
}
