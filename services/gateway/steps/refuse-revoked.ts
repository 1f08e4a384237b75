import { decodeJwt } from 'jose';
import { isRevokedWithOthers, type RevokedTokens } from '../../../shared/domain/revoked-tokens.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';

/** No clock of a signer is further behind, with the one of who revoked, milliseconds. */
const PASSED_MS = 60_000;

/**
 * Tokens that are revoked together are those until a moment that is ahead of no signer's clock by less than the clocks may differ. A token that a
 * signer dates before it would be revoked as it is issued.
 *
 * @param holders Its client, and the grant.
 * @throws {OAuthError} 503 `temporarily_unavailable`, for a few seconds.
 */
export function refuseRevoked(token: string, holders: readonly RevokedTokens[]): void {
  for (const holder of holders) {
    const { tokens_revoked_until_ms: untilMs } = holder;
    if (untilMs === null || untilMs + PASSED_MS < Date.now()) continue;
    const { iat = 0 } = decodeJwt(token);
    if (!isRevokedWithOthers(holder, iat)) continue;
    const seconds = Math.floor(untilMs / 1_000) - iat + 1;
    throw new OAuthError(503, 'temporarily_unavailable', 'The tokens of the client were revoked just now; ask again', {
      headers: { 'Retry-After': String(seconds) },
    });
  }
}
