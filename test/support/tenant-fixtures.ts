import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashClientSecret } from '../../shared/client-secret.ts';
import type { Client } from '../../shared/domain/client.ts';
import type { ResourceServer } from '../../shared/domain/resource-server.ts';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { resourceServersIn } from '../../shared/store/resource-servers.ts';
import type { Stack } from './stack.ts';

/** Adds an API to the tenant and, when there are `granted` scopes, a grant of it to the demo client or `clientId`. */
export async function addApi(
  stack: Stack,
  api: Partial<ResourceServer> & { identifier: string },
  granted?: string[],
  clientId = stack.clientId,
): Promise<void> {
  const db = await stack.db();
  await resourceServersIn(db).put({
    id: `api-${api.identifier}`,
    name: api.identifier,
    scopes: [],
    signing_alg: 'RS256',
    token_dialect: 'access_token',
    enforce_policies: false,
    token_lifetime_seconds: 86_400,
    ...api,
  });
  if (granted !== undefined) await addGrant(stack, clientId, api.identifier, granted);
}

/** Grants a client an API, or replaces the grant. */
export async function addGrant(stack: Stack, clientId: string, audience: string, scope: string[]): Promise<void> {
  const grants = clientGrantsIn(await stack.db());
  const existing = await grants.findFor(clientId, audience);
  await grants.put({ id: existing?.id ?? `cgr_${clientId}_${audience}`, client_id: clientId, audience, scope });
}

/** Adds a client whose secrets are `secrets`. */
export async function addClient(
  stack: Stack,
  client: Partial<Client> & { client_id: string },
  secrets: string[] = [],
): Promise<void> {
  const file = JSON.parse(readFileSync(join(stack.dataDir, 'secrets.json'), 'utf8')) as { client_secret_key: string };
  const key = Buffer.from(file.client_secret_key, 'base64url');
  await clientsIn(await stack.db()).put({
    name: client.client_id,
    client_secrets: secrets.map((secret) => ({ hash: hashClientSecret(secret, key), expires_at_ms: null })),
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    client_metadata: {},
    ...client,
  });
}
