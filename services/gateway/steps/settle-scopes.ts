import type { ClientGrant } from '../../../shared/domain/client-grant.ts';
import type { ResourceServer } from '../../../shared/domain/resource-server.ts';
import { Refusal } from '../refusals.ts';
import type { OnBehalf } from '../on-behalf/verify-on-behalf.ts';
import { shown } from '../shown.ts';

/**
 * The scopes of the token before any hook: all granted scopes, even if fewer were requested (contract §2.1); of a token for somebody else those that were
 * requested (RFC 8693 §2.1). Asking for more is refused.
 *
 * @param onBehalf Whom it speaks for, and which scopes are theirs to give; `undefined` scopes: the grant alone decides.
 */
export function settleScopes(
  requested: readonly string[] | undefined,
  grant: ClientGrant,
  api: ResourceServer,
  onBehalf?: Pick<OnBehalf, 'scopes'>,
): string[] {
  const granted = grant.allow_all_scopes ? api.scopes.map(({ value }) => value) : grant.scope;
  const ofSubject = onBehalf?.scopes === undefined ? undefined : new Set(onBehalf.scopes);
  const allowed = ofSubject === undefined ? granted : granted.filter((scope) => ofSubject.has(scope));
  const known = requested === undefined ? undefined : new Set(allowed);
  const missing = requested?.filter((scope) => known?.has(scope) !== true) ?? [];
  if (missing.length > 0) throw new Refusal('scopes_not_granted', { detail: shown(missing.join(', ')) });
  const isNarrowed = onBehalf !== undefined && requested !== undefined && requested.length > 0;
  return isNarrowed ? [...new Set(requested)] : [...allowed];
}
