import type { ClientGrant } from '../../../shared/domain/client-grant.ts';
import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import { Refusal } from '../refusals.ts';
import { shown } from '../shown.ts';

/**
 * The scopes of the token before any hook: all granted scopes, even if fewer were requested; asking for more
 * is refused (contract §2.1).
 */
export function settleScopes(
  requested: readonly string[] | undefined,
  grant: ClientGrant,
  api: ResourceServer,
): string[] {
  const granted = grant.allow_all_scopes ? api.scopes.map(({ value }) => value) : grant.scope;
  const known = requested === undefined ? undefined : new Set(granted);
  const missing = requested?.filter((scope) => known?.has(scope) !== true) ?? [];
  if (missing.length > 0) throw new Refusal('scopes_not_granted', { detail: shown(missing.join(', ')) });
  return [...granted];
}
