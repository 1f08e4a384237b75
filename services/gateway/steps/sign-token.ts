import type { BatchRequester } from '../../../shared/bus/batch-requester.ts';
import { remoteErrorOf } from '../../../shared/bus/batch-requester.ts';
import { HookmintError } from '../../../shared/errors.ts';
import type { Client } from '../../../shared/domain/client.ts';
import type { ProofOfPossession } from '../../../shared/domain/proof-of-possession.ts';
import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import type { TokenSign, TokenSignReply } from '../../../shared/subjects/token-sign.ts';
import { SIGN_DEADLINE_MS } from '../limits.ts';
import { OAuthError, RETRY_AFTER_SECONDS } from '../../../shared/oauth-error.ts';
import type { MergedResult } from '../../../shared/hook-result/merge-hook-result.ts';

export type SignRequester = BatchRequester<TokenSign, TokenSignReply>;

type Decided = {
  issuer: string;
  client: Client;
  api: ResourceServer;
  binding: ProofOfPossession | undefined;
  merged: MergedResult;
};

/** Has the signer mint the token (contract §3). */
export async function signToken(
  { issuer, client, api, binding, merged }: Decided,
  signers: SignRequester,
): Promise<TokenSignReply> {
  const withPermissions = api.enforce_policies && api.token_dialect.endsWith('_authz');
  const request: TokenSign = {
    signing_alg: api.signing_alg,
    token_dialect: api.token_dialect,
    token_lifetime_seconds: api.token_lifetime_seconds,
    iss: issuer,
    client_id: client.client_id,
    aud: api.identifier,
    ...(merged.scopes.length === 0 ? {} : { scope: merged.scopes.join(' ') }),
    ...(withPermissions ? { permissions: merged.scopes } : {}),
    ...(binding === undefined ? {} : { cnf: { jkt: binding.jkt } }),
    custom_claims: merged.customClaims,
  };
  try {
    return await signers.request(request, Date.now() + SIGN_DEADLINE_MS);
  } catch (error) {
    if (!(error instanceof HookmintError)) throw error;
    const remote = remoteErrorOf(error);
    if (remote !== undefined && remote.code !== 'overloaded') {
      throw new OAuthError(500, 'server_error', 'The token could not be signed', { cause: error });
    }
    throw new OAuthError(503, 'temporarily_unavailable', 'Tokens cannot be signed at the moment', {
      headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
      cause: error,
    });
  }
}
