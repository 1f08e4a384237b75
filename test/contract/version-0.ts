import type { Db } from 'mongodb';
import { DEFAULT_HOOK_LIMITS, HookRevisionContent, revisionAddress } from '../../shared/domain/hook.ts';

/** The documents of a tenant as hookmint 0.1.0 wrote them, before there were migrations. */
export const TRIGGER = 'credentials-exchange';
export const REVISION = HookRevisionContent.parse({
  hook_id: 'hook',
  code: 'module.exports = () => undefined',
  limits: DEFAULT_HOOK_LIMITS,
});
export const REVISION_ADDRESS = revisionAddress(REVISION);

export const CLIENT = {
  _id: 'client',
  name: 'A client',
  client_secret_hashes: ['new', 'old'],
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'],
  client_metadata: { plan: 'full' },
};
export const API = {
  _id: 'api',
  identifier: 'https://api.example.com/',
  name: 'An API',
  scopes: [{ value: 'read', description: 'Read' }, { value: 'write' }],
  signing_alg: 'RS256',
  token_dialect: 'access_token',
  enforce_policies: false,
  token_lifetime_seconds: 60,
};
export const GRANT = { _id: 'grant', client_id: 'client', audience: API.identifier, scope: ['read'] };
export const HOOK = { _id: 'hook', name: 'my-hook', trigger_id: TRIGGER, current_revision: REVISION_ADDRESS };
const BINDING = { _id: TRIGGER, hook_id: 'hook', hook_name: 'my-hook', revision: REVISION_ADDRESS };
const SETTINGS = { _id: 'settings', default_audience: API.identifier, custom_claims: 'relaxed' };

type Documents = readonly ({ _id: string } & Record<string, unknown>)[];

/** Fills an empty database with documents and indexes of version 0. */
export async function writeVersion0(
  db: Db,
  {
    clients = [CLIENT],
    hooks = [HOOK],
    bindings = [BINDING],
  }: { clients?: Documents; hooks?: Documents; bindings?: Documents } = {},
): Promise<void> {
  const { hook_id, ...revision } = REVISION;
  const collections: Record<string, Documents> = {
    clients,
    hooks,
    hook_bindings: bindings,
    resource_servers: [API],
    client_grants: [GRANT],
    hook_revisions: [{ _id: REVISION_ADDRESS, hook_id, ...revision }],
    tenant: [SETTINGS],
  };
  await db.collection('hooks').createIndex({ name: 1 }, { unique: true }, {});
  await db.collection('resource_servers').createIndex({ identifier: 1 }, { unique: true }, {});
  await db.collection('client_grants').createIndex({ client_id: 1, audience: 1 }, { unique: true }, {});
  for (const [name, documents] of Object.entries(collections)) {
    for (const document of documents) await db.collection<{ _id: string }>(name).insertOne(document);
  }
}
