import { KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { HookmintError } from '../../shared/errors.ts';
import { DEFAULT_TOKEN_LIFETIME_SECONDS, type SigningAlg } from '../../shared/domain/resource-server.ts';
import type { SigningKey } from '../../shared/store/signing-keys.ts';
import { PublicJwk } from '../../shared/subjects/keys-public.ts';
import { certify } from './certificate.ts';
import { openPrivateJwk, sealPrivateJwk } from './private-key.ts';

/** Bits of an RSA signing key (RFC 7518 §3.3: at least 2048). */
const RSA_MODULUS_LENGTH_BITS = 2048;

/** What keys are made with: the key that seals private ones in the store, and the common name of certificates. */
export type KeyMaker = { encryptionKey: Buffer; subject: string };

export async function makeKey(
  alg: SigningAlg,
  state: 'current' | 'next',
  { encryptionKey, subject }: KeyMaker,
): Promise<SigningKey> {
  const keys = await generateKeyPair(alg, { extractable: true, modulusLength: RSA_MODULUS_LENGTH_BITS });
  const publicJwk = await exportJWK(keys.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const nowMs = Date.now();
  return {
    kid,
    alg,
    state,
    public_jwk: PublicJwk.parse({ ...publicJwk, kid, alg, use: 'sig' }),
    certificate: await certify(keys, alg, subject),
    private_jwe: await sealPrivateJwk(await exportJWK(keys.privateKey), kid, encryptionKey),
    created_at_ms: nowMs,
    ...(state === 'current' ? { current_since_ms: nowMs } : {}),
    longest_token_seconds: DEFAULT_TOKEN_LIFETIME_SECONDS,
  };
}

/** The certificate of a key that was made without one. */
export async function certifyExisting(key: SigningKey, { encryptionKey, subject }: KeyMaker): Promise<string> {
  const privateKey = await importKey(await openPrivateJwk(key, encryptionKey), key.alg);
  const publicKey = await importKey({ ...key.public_jwk }, key.alg);
  return certify({ publicKey, privateKey }, key.alg, subject);
}

/** The private key, to sign with. */
export async function signingKeyOf(key: SigningKey, encryptionKey: Buffer): Promise<KeyObject> {
  return KeyObject.from(await importKey(await openPrivateJwk(key, encryptionKey), key.alg));
}

async function importKey(jwk: JWK, alg: SigningAlg): Promise<CryptoKey> {
  // As a KeyObject it may be taken out of memory anyway; Node is about to refuse to make one of a key that may not.
  const key = await importJWK(jwk, alg, { extractable: true });
  if (key instanceof Uint8Array)
    throw new HookmintError('signing_key_missing', `The key ${jwk.kid ?? ''} is not a key for ${alg}.`);
  return key;
}
