import type { Client } from '../../../../shared/domain/client.ts';
import { heeded } from '../../api/off.ts';
import { profile } from './profile.ts';
import type { ClientView } from './schema.ts';

/**
 * A client as Auth0's tools know it (contract §5.3).
 *
 * @param clientSecret Only in the answer that creates it: it can never be read again.
 */
export function viewOf(client: Client, tenant: string, clientSecret?: string): ClientView {
  return {
    tenant,
    global: false,
    is_first_party: true,
    ...heeded(profile, client.profile),
    client_id: client.client_id,
    name: client.name,
    token_endpoint_auth_method: client.token_endpoint_auth_method,
    grant_types: client.grant_types,
    ...(Object.keys(client.client_metadata).length === 0 ? {} : { client_metadata: client.client_metadata }),
    ...(client.claims === null ? {} : { claims: client.claims }),
    ...(client.resource_server_identifier === null
      ? {}
      : { resource_server_identifier: client.resource_server_identifier }),
    ...(client.token_quota === null ? {} : { token_quota: client.token_quota }),
    ...(client.require_proof_of_possession ? { require_proof_of_possession: true } : {}),
    ...(client.compliance_level === null ? {} : { compliance_level: client.compliance_level }),
    ...(client.jwks_uri === null ? {} : { jwks_uri: client.jwks_uri }),
    ...(client.federated_jwt === null
      ? {}
      : { client_authentication_methods: { federated_jwt: { credentials: client.federated_jwt } } }),
    ...(client.private_key_jwt === null || client.private_key_jwt.length === 0
      ? {}
      : {
          client_authentication_methods: {
            private_key_jwt: { credentials: client.private_key_jwt.map((id) => ({ id })) },
          },
        }),
    ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
  };
}
