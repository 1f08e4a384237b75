import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { nkeys, type Authenticator } from '@nats-io/transport-node';

/** What DER has before the 32 bytes of an Ed25519 private key, RFC 8410 section 7. */
const PRIVATE_KEY_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
/** What a user's public key begins with: U in base32. */
const USER = 20 << 3;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const CRC16_POLYNOMIAL = 0x1021;

/**
 * Authenticates as the client's own authenticator does. The Ed25519 of that is JavaScript, which is new to a process that starts and slow
 * in it; this one is Node's.
 *
 * @param seed Of a user.
 * @throws {Error} when it is none.
 */
export function nkeyAuthenticator(seed: string): Authenticator {
  const key = privateKeyOf(seed);
  const nkey = textOf(key);
  return (nonce = '') => ({ nkey, sig: nonce === '' ? '' : sign(null, Buffer.from(nonce), key).toString('base64') });
}

/**
 * The public nkey of a user.
 *
 * @throws {Error} when the seed is none.
 */
export function publicNkey(seed: string): string {
  return textOf(privateKeyOf(seed));
}

function privateKeyOf(seed: string): KeyObject {
  const pair = nkeys.fromSeed(new TextEncoder().encode(seed)) as unknown as { getRawSeed: () => Uint8Array };
  return createPrivateKey({
    key: Buffer.concat([PRIVATE_KEY_HEAD, pair.getRawSeed()]),
    format: 'der',
    type: 'pkcs8',
  });
}

function textOf(key: KeyObject): string {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const bytes = Buffer.concat([Buffer.from([USER]), Buffer.from(x, 'base64url')]);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc16(bytes));
  return base32(Buffer.concat([bytes, sum]));
}

function crc16(bytes: Buffer): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) sum = ((sum << 1) ^ ((sum & 0x8000) === 0 ? 0 : CRC16_POLYNOMIAL)) & 0xffff;
  }
  return sum;
}

/** Of whole groups of five bytes. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.replace(/.{5}/g, (five) => BASE32.charAt(Number.parseInt(five, 2)));
}
