import type { ClientGrant } from '../../../../shared/domain/client-grant.ts';
import type { ResourceServer } from '../../../../shared/domain/resource-server.ts';
import { invalidBody } from '../../api/api-error.ts';
import type { UpdateClientGrant } from './schema.ts';

/**
 * A grant after a change. Scopes that are sent take the place of those before, and of all of the API's.
 *
 * @throws {ApiError} 400
 */
export function editedGrant(grant: ClientGrant, body: UpdateClientGrant, api: ResourceServer | undefined): ClientGrant {
  const { scope, allow_all_scopes, claims = grant.claims, ...profile } = body;
  if (allow_all_scopes === true && scope !== undefined && scope !== null && scope.length > 0) {
    throw invalidBody("'must not be sent together with allow_all_scopes' on property scope.");
  }
  if (claims !== null && api?.is_system === true) {
    throw invalidBody("'can only be null: the Management API decides by scopes alone' on property claims.");
  }
  // Scopes of the grant may have been removed from the API since; sending them back changes nothing.
  if (scope !== undefined && scope !== null) refuseUnknown(scope, grant, api);
  const all = allow_all_scopes ?? (scope === undefined || scope === null ? grant.allow_all_scopes : false);
  return {
    ...grant,
    scope: all ? [] : [...new Set(scope ?? grant.scope)],
    allow_all_scopes: all,
    claims,
    profile: { ...grant.profile, ...profile },
  };
}

/** @throws {ApiError} 400 naming the scopes that the API does not have. */
function refuseUnknown(scope: readonly string[], grant: ClientGrant, api: ResourceServer | undefined): void {
  const known = new Set([...grant.scope, ...(api?.scopes.map(({ value }) => value) ?? [])]);
  const unknown = scope.filter((value) => !known.has(value));
  if (unknown.length === 0) return;
  throw invalidBody(
    `'the API ${grant.audience} has no scope ${unknown.slice(0, 10).join(', ')}; add it to the API first' on property scope.`,
  );
}
