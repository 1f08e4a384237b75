import type { Client } from '../../../shared/domain/client.ts';
import { logger } from '../../../shared/log.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';
import type { TokenStatusDeps } from './introspect.ts';
import { readToken } from './read-token.ts';

/**
 * Revokes a token of the client (RFC 7009). One that is unknown, or has expired, is as good as revoked (§2.2).
 *
 * @throws {OAuthError} 400 `unauthorized_client` for the token of another client; 503 when it is not certain that it is revoked.
 */
export async function revoke(token: string, caller: Client, deps: TokenStatusDeps): Promise<undefined> {
  const read = await readToken(token, deps);
  if (read === undefined) return undefined;
  if (read.clientId !== caller.client_id) {
    throw new OAuthError(400, 'unauthorized_client', 'The token was issued to another client');
  }
  await deps.tokens.revoke(read);
  const { audience, claims } = read;
  logger.info({ client_id: caller.client_id, audience, jti: claims.jti }, 'a token was revoked by its client');
  return undefined;
}
