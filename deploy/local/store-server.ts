import { databaseName } from '../../shared/store/connect.ts';
import type { LocalSecrets } from './local-secrets.ts';
import type { RunningServer } from './servers/child-server.ts';
import { ensureMongoUsers, type MongoPrivilege } from './servers/mongo-users.ts';
import { startMongod, type StartMongodOptions } from './servers/run-mongod.ts';

const CONFIGURATION = [
  'clients',
  'resource_servers',
  'client_grants',
  'hooks',
  'hook_revisions',
  'hook_bindings',
  'tenant',
];
const READ = ['find'];
const WRITE = ['find', 'insert', 'update', 'remove', 'createIndex'];
/** A migration creates an index of theirs again. */
const WRITE_HOOKS = [...WRITE, 'dropIndex'];
const TENANTS = 'tenants';
/** Logs are never changed; the index by which they expire is, when the retention or their bytes ask for it. */
const ADD_LOGS = ['find', 'insert', 'createIndex', 'collMod', 'collStats', 'listIndexes'];

/** How full the disk is; no document is shown. */
const WHOLE_DATABASE = '';
const MEASURE = ['dbStats'];

/** URLs of the store, each with its own user. The hook-executor has none: it never needs the store. */
export type StoreUrls = { owner: string; gateway: string; signer: string; management: string };

/** Starts mongod with one user for each service that needs it: the gateway reads configuration, management
 * writes it, the signer keeps its keys.
 *
 * @param isHosting Whether they may do the same in the databases of other tenants, by the names of collections. */
export async function startStoreServer(
  options: StartMongodOptions,
  tenant: string,
  passwords: LocalSecrets['mongodb_passwords'],
  { isHosting = false } = {},
): Promise<{ server: RunningServer; urls: StoreUrls }> {
  const server = await startMongod(options);
  const database = databaseName(tenant);
  await ensureMongoUsers({
    url: server.url,
    owner: { user: 'owner', password: passwords.owner },
    users: (['gateway', 'signer', 'management'] as const).map((user) => ({
      user,
      password: passwords[user],
      database,
      privileges: [...PRIVILEGES[user], { collection: TENANTS, actions: user === 'management' ? WRITE : READ }],
      everyDatabase: isHosting ? ofHostedTenants(user) : [],
    })),
  });
  return { server, urls: storeUrls(`127.0.0.1:${String(server.port)}`, tenant, passwords) };
}

/** Hosted tenants have databases of their own with the same collections; only management removes one. */
function ofHostedTenants(user: keyof typeof PRIVILEGES): readonly MongoPrivilege[] {
  return user === 'management'
    ? [...PRIVILEGES.management, { collection: WHOLE_DATABASE, actions: [...MEASURE, 'dropDatabase'] }]
    : PRIVILEGES[user];
}

/** What each service may do in the database of a tenant. */
const PRIVILEGES: Record<'gateway' | 'signer' | 'management', readonly MongoPrivilege[]> = {
  gateway: [
    ...CONFIGURATION.map((collection) => ({ collection, actions: READ })),
    { collection: 'revocations', actions: ['find', 'insert'] },
  ],
  signer: [{ collection: 'signing_keys', actions: ['find', 'insert', 'update', 'createIndex'] }],
  management: [
    ...CONFIGURATION.map((collection) => ({ collection, actions: collection === 'hooks' ? WRITE_HOOKS : WRITE })),
    { collection: 'logs', actions: ADD_LOGS },
    { collection: 'token_minutes', actions: ['find', 'insert', 'update', 'createIndex'] },
    { collection: 'revocations', actions: ['find', 'createIndex'] },
    { collection: 'console_links', actions: ['find', 'insert', 'update', 'createIndex'] },
    { collection: 'console_sessions', actions: WRITE },
    { collection: 'hook_recordings', actions: ['find', 'insert', 'remove', 'createIndex'] },
    { collection: WHOLE_DATABASE, actions: MEASURE },
  ],
};

/** @param host Of a mongod that has hookmint's users, with its port. */
export function storeUrls(host: string, tenant: string, passwords: LocalSecrets['mongodb_passwords']): StoreUrls {
  const url = (user: keyof StoreUrls, authSource: string): string =>
    `mongodb://${user}:${passwords[user]}@${host}/?authSource=${authSource}`;
  const database = databaseName(tenant);
  return {
    owner: url('owner', 'admin'),
    gateway: url('gateway', database),
    signer: url('signer', database),
    management: url('management', database),
  };
}
