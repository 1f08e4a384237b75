import type { ResourceServer } from '../../../../shared/domain/resource-server.ts';
import { heeded } from '../../api/off.ts';
import { ResourceServerProfile, type ResourceServerView } from './schema.ts';

/** An API as Auth0's tools know it (contract §5.2). */
export function viewOf(api: ResourceServer): ResourceServerView {
  const { subject_type_authorization: ofUser, ...profile } = api.profile;
  return {
    id: api.id,
    ...(api.name === undefined ? {} : { name: api.name }),
    identifier: api.identifier,
    ...(api.is_system ? { is_system: true } : {}),
    allow_offline_access: false,
    skip_consent_for_verifiable_first_party_clients: false,
    token_lifetime_for_web: 7_200,
    ...heeded(ResourceServerProfile.shape, profile),
    scopes: api.scopes,
    signing_alg: api.signing_alg,
    token_lifetime: api.token_lifetime_seconds,
    token_dialect: api.token_dialect,
    enforce_policies: api.enforce_policies,
    ...(api.proof_of_possession === null ? {} : { proof_of_possession: api.proof_of_possession }),
    ...(api.claims === null ? {} : { claims: api.claims }),
    subject_type_authorization: {
      user: { policy: 'allow_all' },
      ...(ofUser as object | undefined),
      client: { policy: api.client_policy },
    },
  };
}
