import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import type { Authenticator } from '@nats-io/transport-node';

/** RFC 4648. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BITS_OF_CHARACTER = 5;
/** First byte of a user's public key, and the two of a user's seed: `U` and `SU` in Base32. */
const PUBLIC_USER = Buffer.from([0xa0]);
const SEED_OF_USER = Buffer.from([0x95, 0x00]);
const CHECKSUM_BYTES = 2;
const SEED_BYTES = 32;
/** What PKCS #8 has before an Ed25519 seed (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Answers a server's challenge as the nkey user of a seed. The client's own authenticator computes each signature in JavaScript, and the public
 * key twice besides: with Node's Ed25519 a connection takes 40 ms less of the processor, and a service that must connect again does not stand still.
 */
export function nkeyAuthenticator(seed: string): Authenticator {
  const key = privateKeyOf(seed);
  const nkey = encoded(PUBLIC_USER, rawPublicKeyOf(key));
  return (nonce) => ({
    nkey,
    sig: nonce === undefined || nonce === '' ? '' : sign(null, Buffer.from(nonce), key).toString('base64'),
  });
}

/** By which servers know the user. */
export function publicNkeyOf(seed: string): string {
  return encoded(PUBLIC_USER, rawPublicKeyOf(privateKeyOf(seed)));
}

function privateKeyOf(seed: string): KeyObject {
  const bytes = decoded(seed);
  const prefix = bytes.subarray(0, SEED_OF_USER.length);
  const raw = bytes.subarray(SEED_OF_USER.length);
  if (!prefix.equals(SEED_OF_USER) || raw.length !== SEED_BYTES) throw new Error('no seed of a user nkey');
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, raw]), format: 'der', type: 'pkcs8' });
}

function rawPublicKeyOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function encoded(prefix: Buffer, payload: Buffer): string {
  const body = Buffer.concat([prefix, payload]);
  const bytes = Buffer.concat([body, checksumOf(body)]);
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => BASE32[Number.parseInt(group.padEnd(BITS_OF_CHARACTER, '0'), 2)]).join('');
}

function decoded(text: string): Buffer {
  const values = Array.from(text, (character) => BASE32.indexOf(character));
  const bits = values.map((value) => value.toString(2).padStart(BITS_OF_CHARACTER, '0')).join('');
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  if (values.includes(-1) || !bytes.subarray(-CHECKSUM_BYTES).equals(checksumOf(body)))
    throw new Error('no seed of an nkey: a character is wrong');
  return body;
}

/** CRC-16/XMODEM, the lower byte first. */
function checksumOf(bytes: Buffer): Buffer {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
  }
  return Buffer.from([crc & 0xff, crc >> 8]);
}
