import { takesBoundTokensOnly, type Client } from '../../../shared/domain/client.ts';
import type { ProofOfPossession } from '../../../shared/domain/proof-of-possession.ts';
import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import type { DpopProof } from '../dpop/read-proof.ts';
import { verifyProof } from '../dpop/verify-proof.ts';
import type { UseOnce } from './use-once.ts';

/**
 * What the token will be bound to, if it is: by Auth0's table of what the API allows, what the client requires, and whether there is a
 * proof. A proof that is sent must be good also where no token is bound by it.
 *
 * @throws {OAuthError} 400 `invalid_request` where a proof is missing; 403 `access_denied` where the API has no bound tokens and the
 *   client takes no others; and what is wrong with the proof.
 */
export async function bindToken(
  client: Client,
  api: ResourceServer,
  proof: DpopProof | undefined,
  useOnce: UseOnce,
): Promise<ProofOfPossession | undefined> {
  const isBound = isToBeBound(client, api, proof !== undefined);
  if (proof === undefined) return undefined;
  const jkt = await verifyProof(proof, useOnce);
  return isBound ? { mechanism: 'dpop', jkt } : undefined;
}

function isToBeBound(client: Client, { proof_of_possession: policy }: ResourceServer, hasProof: boolean): boolean {
  if (policy === null) {
    if (!takesBoundTokensOnly(client)) return false;
    throw new OAuthError(
      403,
      'access_denied',
      'The client takes only tokens that are bound to a key, and the API has none: its proof_of_possession is not set',
    );
  }
  const isRequired = takesBoundTokensOnly(client) || (policy.required && policy.required_for !== 'public_clients');
  if (isRequired && !hasProof) {
    throw new OAuthError(400, 'invalid_request', 'A DPoP proof is required: send one in the header DPoP (RFC 9449)');
  }
  return hasProof;
}
