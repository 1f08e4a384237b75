import type { ClientGrant } from '../../../shared/domain/client-grant.ts';
import { OAuthError } from '../../../shared/oauth-error.ts';

/**
 * The scopes of the token before any hook: all that the client was granted, whatever part of it was asked for; asking for more
 * is refused (contract §2.1).
 */
export function settleScopes(requested: readonly string[] | undefined, grant: ClientGrant): string[] {
  const missing = requested?.filter((scope) => !grant.scope.includes(scope)) ?? [];
  if (missing.length > 0) {
    throw new OAuthError(403, 'access_denied', `Client has not been granted scopes: ${missing.join(', ')}`);
  }
  return [...grant.scope];
}
