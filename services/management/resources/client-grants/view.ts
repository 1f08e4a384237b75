import type { ClientGrant } from '../../../../shared/domain/client-grant.ts';
import { heeded } from '../../api/off.ts';
import { profile, type ClientGrantView } from './schema.ts';

/** A grant as Auth0's tools know it (contract §5.4): with its scopes, or with all of the API's. */
export function viewOf(grant: ClientGrant): ClientGrantView {
  return {
    ...heeded(profile, grant.profile),
    ...(grant.profile.subject_type === 'client' ? { subject_type: 'client' } : {}),
    id: grant.id,
    client_id: grant.client_id,
    audience: grant.audience,
    ...(grant.claims === null ? {} : { claims: grant.claims }),
    ...(grant.allow_all_scopes ? { allow_all_scopes: true } : { scope: grant.scope }),
  };
}
