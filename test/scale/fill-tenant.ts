import { type Db, type Document } from 'mongodb';
import { hashClientSecret, newClientId, newClientSecret } from '../../shared/client-secret.ts';
import { ClientGrant } from '../../shared/domain/client-grant.ts';
import { Client } from '../../shared/domain/client.ts';
import { withRevision } from '../../shared/domain/hook-history.ts';
import { DEFAULT_HOOK_LIMITS, Hook } from '../../shared/domain/hook.ts';
import { ResourceServer } from '../../shared/domain/resource-server.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import type { Asker } from './token-load.ts';

/** How large a tenant is. */
export type TenantSize = {
  clients: number;
  apis: number;
  /** APIs that each client may use. */
  apisOfClient: number;
  hooks: number;
  revisionsOfHook: number;
};

export const LARGE: TenantSize = { clients: 20_000, apis: 500, apisOfClient: 2, hooks: 200, revisionsOfHook: 5 };
export const SMALL: TenantSize = { clients: 20, apis: 2, apisOfClient: 2, hooks: 1, revisionsOfHook: 1 };

const DOCUMENTS_AT_A_TIME = 5_000;
const APP_TYPES = ['non_interactive', 'regular_web', 'spa', 'native'];

/** A hook as long as many are. */
const FILLER = '// What a hook is about takes more words than what it does.\n'.repeat(100);

/**
 * Fills a tenant, without a word to anybody, as if its clients, APIs, grants and hooks had been made over the Management API; no
 * hook is enabled.
 *
 * @returns Who may ask for which token, spread over all clients and APIs: the nth is another than the (n + 1)th.
 */
export async function fillTenant(db: Db, size: TenantSize, clientSecretKey: Buffer): Promise<(n: number) => Asker> {
  const audiences = Array.from({ length: size.apis }, (_, i) => `https://api-${String(i)}.scale.example/`);
  const clients = Array.from({ length: size.clients }, () => ({ id: newClientId(), secret: newClientSecret() }));
  const audienceOf = (client: number, which: number): string =>
    audiences[(client * size.apisOfClient + which) % size.apis] ?? '';

  await insert(db, 'resource_servers', 'id', audiences.length, (i) =>
    ResourceServer.parse({
      id: `scale-api-${String(i)}`,
      identifier: audiences[i],
      name: `API ${String(i)}`,
      scopes: ['read', 'write', 'delete'].map((value) => ({ value: `${value}:things`, description: value })),
      signing_alg: 'RS256',
      token_dialect: 'access_token',
      enforce_policies: false,
      token_lifetime_seconds: 3_600,
    }),
  );
  await insert(db, 'clients', 'client_id', clients.length, (i) =>
    Client.parse({
      client_id: clients[i]?.id,
      name: `Client ${String(i)}`,
      client_secrets: [{ hash: hashClientSecret(clients[i]?.secret ?? '', clientSecretKey), expires_at_ms: null }],
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      client_metadata: { plan: 'full', owner: `team-${String(i % 100)}`, region: 'eu-central-1' },
      profile: {
        app_type: APP_TYPES[i % APP_TYPES.length],
        is_first_party: i % 10 !== 0,
        description: 'Of a large tenant',
      },
    }),
  );
  await insert(db, 'client_grants', 'id', size.clients * size.apisOfClient, (i) => {
    const client = Math.floor(i / size.apisOfClient);
    const audience = audienceOf(client, i % size.apisOfClient);
    return ClientGrant.parse({
      id: `cgr_scale_${String(i)}`,
      client_id: clients[client]?.id,
      audience,
      scope: ['read:things', 'write:things'],
    });
  });
  for (let i = 0; i < size.hooks; i++) await addHook(db, i, size.revisionsOfHook);

  return (n) => {
    // A step that shares no factor with the number of clients: each has its turn, and neighbours are far apart.
    const client = (n * 7_919) % size.clients;
    const { id, secret } = clients[client] ?? { id: '', secret: '' };
    return { clientId: id, clientSecret: secret, audience: audienceOf(client, n % size.apisOfClient) };
  };
}

async function addHook(db: Db, index: number, revisions: number): Promise<void> {
  const hooks = hooksIn(db);
  const id = `scale-hook-${String(index).padStart(4, '0')}`;
  let hook = Hook.parse({ id, name: id, trigger_id: 'credentials-exchange', current_revision: null });
  for (let number = 1; number <= revisions; number++) {
    const code = `${FILLER}module.exports = (client, scope, audience, context, cb) => cb(null, { 'https://scale.example/revision': ${String(number)} });`;
    const revision = await hooks.putRevision({ hook_id: id, code, limits: DEFAULT_HOOK_LIMITS });
    hook = withRevision(hook, revision, null);
  }
  await hooks.insert(hook);
}

/** Writes documents as the stores do: checked by their schema, with their id as `_id`. */
async function insert<Value extends object>(
  db: Db,
  collection: string,
  idName: keyof Value & string,
  count: number,
  make: (index: number) => Value,
): Promise<void> {
  for (let from = 0; from < count; from += DOCUMENTS_AT_A_TIME) {
    const documents = Array.from({ length: Math.min(DOCUMENTS_AT_A_TIME, count - from) }, (_, i): Document => {
      const { [idName]: id, ...rest } = make(from + i);
      return { _id: id, ...rest };
    });
    await db.collection(collection).insertMany(documents, { ordered: false });
  }
}
