import { askOthers, UNKNOWN_MEMBER } from '../../../shared/bus/ask-others.ts';
import type { BatchRequester } from '../../../shared/bus/batch-requester.ts';
import { remoteErrorOf } from '../../../shared/bus/batch-requester.ts';
import { HookmintError } from '../../../shared/errors.ts';
import { CONTRACTS, type HookKind } from '../../../shared/domain/contracts.ts';
import type { Client } from '../../../shared/domain/client.ts';
import { confirmationOf, type ProofOfPossession } from '../../../shared/domain/proof-of-possession.ts';
import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import { JWT_BEARER_GRANT } from '../../../shared/domain/subject-token.ts';
import type { PublicKeys } from '../../../shared/public-keys.ts';
import type { TokenSign, TokenSignReply } from '../../../shared/subjects/token-sign.ts';
import { SIGN_DEADLINE_MS } from '../limits.ts';
import type { OnBehalf } from '../on-behalf/verify-on-behalf.ts';
import { OAuthError, RETRY_AFTER_SECONDS } from '../../../shared/oauth-error.ts';
import type { MergedResult } from '../../../shared/hook-result/merge-hook-result.ts';

export type SignRequester = BatchRequester<TokenSign, TokenSignReply>;

type Decided = {
  issuer: string;
  client: Client;
  api: ResourceServer;
  binding: ProofOfPossession | undefined;
  onBehalf: OnBehalf | undefined;
  merged: MergedResult;
  /** Of the hook; `undefined` for none. */
  kind: HookKind | undefined;
};

/** Has a signer mint the token (contract §3): one that has the newest keys that this gateway knows of. */
export async function signToken(
  { issuer, client, api, binding, onBehalf, merged, kind = 'hook' }: Decided,
  { signers, publicKeys }: { signers: SignRequester; publicKeys: PublicKeys },
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
    ...(binding === undefined ? {} : { cnf: confirmationOf(binding) }),
    ...(onBehalf === undefined ? {} : { on_behalf: toSign(onBehalf) }),
    custom_claims: merged.customClaims,
    ...(CONTRACTS[kind].isAuth0 ? {} : { contract: kind }),
  };
  try {
    const reply = await askUntilCurrent(request, signers, publicKeys);
    if ((reply.key_set_version ?? 0) > publicKeys.version()) void publicKeys.refresh(reply.key_set_version);
    return reply;
  } catch (error) {
    if (!(error instanceof HookmintError)) throw error;
    const remote = remoteErrorOf(error);
    if (remote !== undefined && !TEMPORARY.includes(remote.code)) {
      throw new OAuthError(500, 'server_error', 'The token could not be signed', { cause: error });
    }
    throw new OAuthError(503, 'temporarily_unavailable', 'Tokens cannot be signed at the moment', {
      headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
      cause: error,
    });
  }
}

/** @throws {OAuthError} 400 where what was shown has expired while hooks ran. */
function toSign({ grantType, sub, act, expiresAt }: OnBehalf): TokenSign['on_behalf'] {
  const expires_at = Math.floor(expiresAt);
  if (expires_at * 1_000 <= Date.now()) {
    const error = grantType === JWT_BEARER_GRANT ? 'invalid_grant' : 'invalid_request';
    throw new OAuthError(400, error, 'What was shown of the subject has expired');
  }
  return { grant_type: grantType, sub, ...(act === undefined ? {} : { act }), expires_at };
}

const STALE = 'signing_keys_stale';
const TEMPORARY = ['overloaded', STALE];

/** A signer that is behind leaves the others to be asked; so does one of an older release that cannot restrict the token as it is asked to. */
async function askUntilCurrent(
  request: TokenSign,
  signers: SignRequester,
  publicKeys: PublicKeys,
): Promise<TokenSignReply> {
  const deadlineMs = Date.now() + SIGN_DEADLINE_MS;
  const ask = (): Promise<TokenSignReply> => {
    const key_set_version = publicKeys.version();
    return signers.request(key_set_version === 0 ? request : { ...request, key_set_version }, deadlineMs);
  };
  return askOthers([STALE, UNKNOWN_MEMBER], ask, deadlineMs);
}
