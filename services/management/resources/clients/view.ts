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
    ...(client.subject_tokens === null ? {} : { subject_tokens: client.subject_tokens }),
    ...(client.actor_tokens === null ? {} : { actor_tokens: client.actor_tokens }),
    ...(client.resource_server_identifier === null
      ? {}
      : { resource_server_identifier: client.resource_server_identifier }),
    ...(client.token_quota === null ? {} : { token_quota: client.token_quota }),
    ...(client.require_proof_of_possession ? { require_proof_of_possession: true } : {}),
    ...(client.compliance_level === null ? {} : { compliance_level: client.compliance_level }),
    ...(client.jwks_uri === null ? {} : { jwks_uri: client.jwks_uri }),
    ...methodsOf(client),
    ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
  };
}

/** One method at most; a client with a `jwks_uri` has none here, and neither has one with a secret. */
function methodsOf(client: Client): Pick<ClientView, 'client_authentication_methods'> {
  const { federated_jwt, self_signed_tls_client_auth, tls_client_auth, private_key_jwt } = client;
  if (federated_jwt !== null)
    return { client_authentication_methods: { federated_jwt: { credentials: federated_jwt } } };
  const named = Object.entries({ self_signed_tls_client_auth, tls_client_auth, private_key_jwt });
  const [method, ids] = named.find(([, credentials]) => credentials !== null && credentials.length > 0) ?? [];
  if (method === undefined || ids === undefined || ids === null) return {};
  return { client_authentication_methods: { [method]: { credentials: ids.map((id) => ({ id })) } } };
}
