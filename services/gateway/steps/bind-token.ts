import { fapiOf, takesBoundTokensOnly, type Client } from '../../../shared/domain/client.ts';
import type {
  BindingMechanism,
  ProofOfPossession,
  ProofOfPossessionPolicy,
} from '../../../shared/domain/proof-of-possession.ts';
import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import { isInTime, type ClientCertificate } from '../client-certificate/certificate.ts';
import type { DpopProof } from '../dpop/read-proof.ts';
import { verifyProof } from '../dpop/verify-proof.ts';
import { Refusal } from '../refusals.ts';
import type { UseOnce } from './use-once.ts';

/** What a request has shown that a token can be bound to. */
type Shown = { proof: DpopProof | undefined; certificate: ClientCertificate | undefined };

/**
 * What the token will be bound to, if it is: by Auth0's table of what the API allows, what the client requires, and whether there is what the API binds
 * by, a proof or a certificate. A proof that is sent must be good also where no token is bound by it.
 *
 * @throws {OAuthError} 400 `invalid_request` where it is missing; 403 `access_denied` where the API has no tokens that are bound so, and the
 *   client takes no others; and what is wrong with the proof.
 */
export async function bindToken(
  client: Client,
  api: ResourceServer,
  { proof, certificate }: Shown,
  useOnce: UseOnce,
): Promise<ProofOfPossession | undefined> {
  const policy = policyFor(client, api);
  const isShown = policy?.mechanism === 'mtls' ? certificate !== undefined : proof !== undefined;
  if (policy !== null && isRequired(client, policy) && !isShown) {
    throw new OAuthError(400, 'invalid_request', MISSING[policy.mechanism]);
  }
  const jkt = proof === undefined ? undefined : await verifyProof(proof, useOnce);
  if (policy === null || !isShown) return undefined;
  if (policy.mechanism === 'mtls' && certificate !== undefined) return boundTo(certificate);
  return jkt === undefined ? undefined : { mechanism: 'dpop', jkt };
}

const MISSING: Readonly<Record<BindingMechanism, string>> = {
  dpop: 'A DPoP proof is required: send one in the header DPoP (RFC 9449)',
  mtls: 'A client certificate is required: ask where the service asks for one, mtls_endpoint_aliases (RFC 8705)',
};

/** What the API says of bound tokens; `null` for bearer tokens alone. */
function policyFor(client: Client, { proof_of_possession: policy }: ResourceServer): ProofOfPossessionPolicy | null {
  if (policy === null) {
    if (!takesBoundTokensOnly(client)) return null;
    throw notTogether(
      'The client takes only tokens that are bound to a key, and the API has none: its proof_of_possession is not set',
    );
  }
  const wanted = fapiOf(client)?.bindsBy ?? policy.mechanism;
  if (wanted === policy.mechanism) return policy;
  throw notTogether(
    `The client takes only tokens that are bound by ${wanted}, and the API has others: its proof_of_possession`,
  );
}

const notTogether = (why: string): Refusal => new Refusal('not_bound_so', { detail: why });

const isRequired = (client: Client, policy: ProofOfPossessionPolicy): boolean =>
  takesBoundTokensOnly(client) || (policy.required && policy.required_for !== 'public_clients');

function boundTo(certificate: ClientCertificate): ProofOfPossession {
  if (isInTime(certificate)) return { mechanism: 'mtls', 'x5t#S256': certificate.thumbprint };
  throw new OAuthError(400, 'invalid_request', 'The client certificate is not within the time that it is valid for');
}
