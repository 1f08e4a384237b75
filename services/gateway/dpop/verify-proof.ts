import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { whenDry } from '../../../shared/bus/turn-end.ts';
import type { DpopAlg } from '../../../shared/domain/proof-of-possession.ts';
import { thumbprintOf } from '../../../shared/public-jwk.ts';
import { MAX_DPOP_KEYS_IN_MEMORY } from '../limits.ts';
import type { UseOnce } from '../steps/use-once.ts';
import { invalidProof, type DpopProof } from './read-proof.ts';

/** RFC 7518 §3.4 and §3.5, RFC 8037 §3.1, in the terms of node:crypto. */
const SIGNATURES = {
  ES256: { hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  ES384: { hash: 'sha384', options: { dsaEncoding: 'ieee-p1363' } },
  EdDSA: { hash: null, options: {} },
  Ed25519: { hash: null, options: {} },
  PS256: { hash: 'sha256', options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } },
} as const satisfies Record<DpopAlg, { hash: string | null; options: object }>;

/**
 * Checks that the key in a proof has signed it, and that the proof was not used before.
 *
 * @returns The thumbprint of the key.
 * @throws {OAuthError} 400 `invalid_dpop_proof`; 503 while it cannot be known whether it was used.
 */
export async function verifyProof(proof: DpopProof, useOnce: UseOnce): Promise<string> {
  // Proofs that come together are marked as used together, and their tokens asked for: each message that has several costs the bus once.
  await new Promise<void>(whenDry);
  const jkt = thumbprintOf(proof.jwk);
  if (!isSigned(proof, jkt)) throw invalidProof('is not signed with the key in its jwk');
  if (!(await useOnce('DPoP proofs', ['dpop', jkt, proof.jti]))) {
    throw invalidProof('was used before; sign a new one, with a new jti, for each request');
  }
  return jkt;
}

/** Keys that have signed a proof, by their thumbprints: a client signs many by one, and an import takes a fifth of a verification. */
const imported = new LRUCache<string, KeyObject>({ max: MAX_DPOP_KEYS_IN_MEMORY });

/** By node:crypto: WebCrypto takes more than twice the CPU to import a key and to verify. */
function isSigned({ jwt, alg, jwk }: DpopProof, jkt: string): boolean {
  const { hash, options } = SIGNATURES[alg];
  const dot = jwt.lastIndexOf('.');
  const [signed, signature] = [Buffer.from(jwt.slice(0, dot)), Buffer.from(jwt.slice(dot + 1), 'base64url')];
  try {
    const key = imported.get(jkt) ?? createPublicKey({ key: jwk, format: 'jwk' });
    const isRight = verify(hash, signed, { key, ...options }, signature);
    if (isRight) imported.set(jkt, key);
    return isRight;
  } catch {
    // No point of its curve.
    return false;
  }
}
