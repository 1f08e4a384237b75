import type { Client } from '../../../shared/domain/client.ts';
import { logger } from '../../../shared/log.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import type { TokenStatusDeps } from './introspect.ts';
import { notKnown, readToken } from './read-token.ts';

/** A token whose end is over by less may be in force by another's clock: from 5 s of difference on a service is not ready. */
const CLOCK_TOLERANCE_SECONDS = 10;

/**
 * Revokes a token of the client (RFC 7009). One that is unknown, or has expired, is as good as revoked (§2.2).
 *
 * @throws {OAuthError} 400 `unauthorized_client` for the token of another client; 503 when it is not certain that it is revoked.
 */
export async function revoke(token: string, caller: Client, deps: TokenStatusDeps): Promise<undefined> {
  const read = await readToken(token, deps, { clockTolerance: CLOCK_TOLERANCE_SECONDS });
  if (read === undefined) {
    // Old keys, or a wrong clock, make a token unknown that is in force.
    if (deps.missing().length > 0) throw notKnown('Whether the token is in force cannot be known at the moment');
    return undefined;
  }
  if (read.clientId !== caller.client_id) {
    throw new OAuthError(400, 'unauthorized_client', 'The token was issued to another client');
  }
  await deps.tokens.revoke(read);
  const { audience, claims } = read;
  logger.info({ client_id: caller.client_id, audience, jti: claims.jti }, 'a token was revoked by its client');
  return undefined;
}
