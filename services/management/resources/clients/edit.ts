import { hashClientSecret, newClientId, newClientSecret } from '../../../../shared/client-secret.ts';
import type { Client } from '../../../../shared/domain/client.ts';
import { invalidBody } from '../../api/api-error.ts';
import { newsIn } from '../../api/news-in.ts';
import { newCredential, withCredential } from '../client-credentials/edit.ts';
import { authenticationOf, byKeysAt, byMethod, compliant, defaultAuthMethod, refuseBoth } from './authentication.ts';
import {
  MAX_METADATA_ENTRIES,
  type AuthenticationMethods,
  type CreateClient,
  type NewAuthenticationMethods,
  type UpdateClient,
} from './schema.ts';
import { rotated } from './secrets.ts';
import { viewOf } from './view.ts';

/**
 * A new client, and its secret; one that signs assertions has none.
 *
 * @throws {ApiError} 400, 409 for a key that is there twice.
 */
export async function createdClient(
  body: CreateClient,
  clientSecretKey: Buffer,
): Promise<{ client: Client; clientSecret: string | undefined }> {
  const {
    client_id = newClientId(),
    name,
    client_secret,
    token_endpoint_auth_method: method,
    grant_types,
    client_metadata = {},
    claims = null,
    subject_tokens = null,
    actor_tokens = null,
    resource_server_identifier = null,
    token_quota = null,
    require_proof_of_possession = false,
    compliance_level = null,
    client_authentication_methods: methods,
    jwks_uri = null,
    ...profile
  } = body;
  const fresh: Client = {
    client_id,
    name,
    client_secrets: [],
    token_endpoint_auth_method: null,
    grant_types: grant_types ?? defaultGrantTypes(body.app_type),
    client_metadata: mergedMetadata({}, client_metadata),
    credentials: [],
    private_key_jwt: null,
    jwks_uri: null,
    federated_jwt: null,
    certificates: [],
    self_signed_tls_client_auth: null,
    tls_client_auth: null,
    subject_tokens: orNone(subject_tokens),
    actor_tokens: orNone(actor_tokens),
    claims,
    resource_server_identifier,
    tokens_revoked_until_ms: null,
    token_quota,
    require_proof_of_possession,
    compliance_level,
    profile,
  };
  if ((methods !== undefined || jwks_uri !== null) && client_secret !== undefined) {
    throw invalidBody("'cannot be set for a client that authenticates by private_key_jwt' on property client_secret.");
  }
  if (jwks_uri !== null) {
    return { client: compliant({ ...fresh, ...byKeysAt(jwks_uri, method, methods) }), clientSecret: undefined };
  }
  if (methods !== undefined) {
    refuseBoth(method);
    const { client, named } = await withNewCredentials(fresh, methods);
    return { client: compliant({ ...client, ...byMethod(named, client) }), clientSecret: undefined };
  }
  const clientSecret = client_secret ?? newClientSecret();
  const hash = hashClientSecret(clientSecret, clientSecretKey);
  return {
    client: compliant({
      ...fresh,
      client_secrets: [{ hash, expires_at_ms: null }],
      token_endpoint_auth_method: method ?? defaultAuthMethod(body.app_type),
    }),
    clientSecret,
  };
}

/** The client with the credentials that come with it, and its methods with their ids in their place. */
async function withNewCredentials(
  fresh: Client,
  { federated_jwt, ...methods }: NewAuthenticationMethods,
): Promise<{ client: Client; named: AuthenticationMethods }> {
  let client = fresh;
  const named: AuthenticationMethods = { federated_jwt };
  for (const [method, sent] of Object.entries(methods)) {
    const ids: { id: string }[] = [];
    for (const body of sent?.credentials ?? []) {
      const credential = await newCredential(body);
      client = withCredential(client, credential);
      ids.push({ id: credential.id });
    }
    if (sent !== undefined) named[method as keyof typeof methods] = { credentials: ids };
  }
  return { client, named };
}

/**
 * A client after a change. What is not sent stays; `client_metadata` is merged, and emptied by `{}` (contract §5.3), and
 * `jwt_configuration` is merged.
 *
 * @throws {ApiError} 400
 */
export function editedClient(client: Client, body: UpdateClient, clientSecretKey: Buffer): Client {
  const {
    name = client.name,
    client_secret,
    token_endpoint_auth_method,
    grant_types = client.grant_types,
    client_metadata,
    claims = client.claims,
    subject_tokens = client.subject_tokens,
    actor_tokens = client.actor_tokens,
    resource_server_identifier = client.resource_server_identifier,
    token_quota = client.token_quota,
    require_proof_of_possession = client.require_proof_of_possession,
    compliance_level = client.compliance_level,
    client_authentication_methods,
    jwks_uri,
    ...profile
  } = body;
  return compliant({
    ...client,
    ...authenticationOf(client, { token_endpoint_auth_method, client_authentication_methods, jwks_uri }),
    name,
    grant_types,
    claims,
    subject_tokens: orNone(subject_tokens),
    actor_tokens: orNone(actor_tokens),
    resource_server_identifier,
    token_quota,
    require_proof_of_possession,
    compliance_level,
    client_secrets:
      client_secret === undefined
        ? client.client_secrets
        : rotated(client.client_secrets, hashClientSecret(client_secret, clientSecretKey), 0, Date.now()),
    client_metadata:
      client_metadata === undefined ? client.client_metadata : mergedMetadata(client.client_metadata, client_metadata),
    profile: {
      ...client.profile,
      ...newsIn({ ...profile, ...mergedJwtConfiguration(client, profile) }, viewOf(client, '')),
    },
  });
}

/** Merged too: `auth0-deploy-cli` sends all of it with a new client, and a part with each change (contract §5.9). */
function mergedJwtConfiguration(client: Client, { jwt_configuration: news }: UpdateClient): object {
  if (news === undefined || news === null) return {};
  return { jwt_configuration: { ...(client.profile.jwt_configuration as object | null | undefined), ...news } };
}

const orNone = <Item>(list: Item[] | null): Item[] | null => (list?.length === 0 ? null : list);

/** Of a client that names none (contract §5.3). */
function defaultGrantTypes(appType: string | undefined): string[] {
  if (appType === 'non_interactive') return ['client_credentials'];
  const ofUsers = ['authorization_code', 'implicit', 'refresh_token'];
  return appType === 'spa' || appType === 'native' ? ofUsers : [...ofUsers, 'client_credentials'];
}

function mergedMetadata(
  before: Readonly<Record<string, string>>,
  news: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const all = Object.keys(news).length === 0 ? [] : Object.entries({ ...before, ...news });
  const merged = all.filter((entry): entry is [string, string] => entry[1] !== null);
  if (merged.length > MAX_METADATA_ENTRIES) {
    throw invalidBody(`'must have at most ${String(MAX_METADATA_ENTRIES)} entries' on property client_metadata.`);
  }
  return Object.fromEntries(merged);
}
