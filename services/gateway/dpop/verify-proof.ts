import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import type { UseOnce } from '../steps/use-once.ts';
import { invalidProof, type DpopProof } from './read-proof.ts';

/**
 * Checks that the key in a proof has signed it, and that the proof was not used before.
 *
 * @returns The thumbprint of the key.
 * @throws {OAuthError} 400 `invalid_dpop_proof`; 503 while it cannot be known whether it was used.
 */
export async function verifyProof(proof: DpopProof, useOnce: UseOnce): Promise<string> {
  if (!(await isSigned(proof))) throw invalidProof('is not signed with the key in its jwk');
  const jkt = await calculateJwkThumbprint(proof.jwk);
  if (!(await useOnce('DPoP proofs', ['dpop', jkt, proof.jti]))) {
    throw invalidProof('was used before; sign a new one, with a new jti, for each request');
  }
  return jkt;
}

async function isSigned({ jwt, alg, jwk }: DpopProof): Promise<boolean> {
  try {
    await compactVerify(jwt, await importJWK(jwk, alg), { algorithms: [alg] });
    return true;
  } catch {
    return false;
  }
}
