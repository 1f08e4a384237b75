import { constants, createPublicKey, verify } from 'node:crypto';
import type { DpopAlg } from '../../../shared/domain/proof-of-possession.ts';
import { thumbprintOf } from '../../../shared/public-jwk.ts';
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
  if (!isSigned(proof)) throw invalidProof('is not signed with the key in its jwk');
  const jkt = thumbprintOf(proof.jwk);
  if (!(await useOnce('DPoP proofs', ['dpop', jkt, proof.jti]))) {
    throw invalidProof('was used before; sign a new one, with a new jti, for each request');
  }
  return jkt;
}

/** By node:crypto: every proof brings its key, and WebCrypto takes more than twice the CPU to import it and to verify. */
function isSigned({ jwt, alg, jwk }: DpopProof): boolean {
  const { hash, options } = SIGNATURES[alg];
  const dot = jwt.lastIndexOf('.');
  const [signed, signature] = [Buffer.from(jwt.slice(0, dot)), Buffer.from(jwt.slice(dot + 1), 'base64url')];
  try {
    return verify(hash, signed, { key: createPublicKey({ key: jwk, format: 'jwk' }), ...options }, signature);
  } catch {
    // No point of its curve.
    return false;
  }
}
