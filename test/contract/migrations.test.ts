import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Db } from 'mongodb';
import { readConfigurationFrom } from '../../services/gateway/configuration-cache.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { prepareConfiguration } from '../../shared/store/prepare.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { API, CLIENT, GRANT, HOOK, REVISION, REVISION_ADDRESS, TRIGGER, writeVersion0 } from './version-0.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

let server: StoreServer;
let db: Db;

before(async () => {
  server = await startStore();
});
after(() => server.stop());
beforeEach(async () => {
  db = await server.emptyDatabase();
});

/** All that is in the database, documents and indexes. */
async function everything(): Promise<Record<string, unknown>> {
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort();
  const entries = names.map(async (name) => {
    const collection = db.collection(name);
    const documents = await collection.find().sort({ _id: 1 }).toArray();
    const indexes = (await collection.indexes()).map((index) => index.name).sort();
    return [name, { documents, indexes }];
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<string, unknown>;
}

const PROFILE = { profile: {} };
const MIGRATED_CLIENT = {
  client_id: 'client',
  name: 'A client',
  client_secrets: [
    { hash: 'new', expires_at_ms: null },
    { hash: 'old', expires_at_ms: null },
  ],
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'],
  client_metadata: { plan: 'full' },
  credentials: [],
  private_key_jwt: null,
  federated_jwt: null,
  certificates: [],
  self_signed_tls_client_auth: null,
  tls_client_auth: null,
  subject_tokens: null,
  actor_tokens: null,
  claims: null,
  resource_server_identifier: null,
  tokens_revoked_until_ms: null,
  jwks_uri: null,
  compliance_level: null,
  require_proof_of_possession: false,
  token_quota: null,
  ...PROFILE,
};
const MIGRATED_HOOK = {
  id: 'hook',
  kind: 'hook',
  name: 'my-hook',
  trigger_id: TRIGGER,
  current_revision: REVISION_ADDRESS,
  draft_revision: null,
  history: [],
  created_at_ms: 0,
  updated_at_ms: 0,
  ...PROFILE,
};
const ENABLED = [{ id: 'hook', name: 'my-hook', revision: { revision: REVISION_ADDRESS, ...REVISION } }];

it('a database of a newer version is refused by name, and left as it is', async () => {
  await prepareConfiguration(db);
  await db.collection<{ _id: string }>('tenant').updateOne({ _id: 'schema' }, { $set: { version: 99 } });
  const before = await everything();
  await assert.rejects(prepareConfiguration(db), {
    code: 'store_newer',
    message:
      /written by a newer version of hookmint: its documents have the format 99, hookmint \d+\.\d+\.\d+ knows \d+\./,
  });
  assert.deepEqual(await everything(), before);
});

/** The gateway reads all of it. */
async function assertReadable(): Promise<void> {
  const configuration = readConfigurationFrom(db);
  assert.deepEqual(await configuration.client('client'), MIGRATED_CLIENT);
  const { _id: apiId, ...api } = API;
  assert.deepEqual(await configuration.resourceServer(API.identifier), {
    id: apiId,
    ...api,
    client_policy: 'require_client_grant',
    is_system: false,
    proof_of_possession: null,
    claims: null,
    ...PROFILE,
  });
  const { _id: grantId, ...grant } = GRANT;
  assert.deepEqual(await configuration.clientGrant('client', API.identifier), {
    id: grantId,
    ...grant,
    allow_all_scopes: false,
    claims: null,
    tokens_revoked_until_ms: null,
    ...PROFILE,
  });
  assert.deepEqual(await configuration.enabledHooks(TRIGGER), ENABLED);
  assert.deepEqual(await configuration.tenantSettings(), {
    default_audience: API.identifier,
    custom_claims: 'relaxed',
    default_token_quota: null,
    resource_parameter_profile: 'compatibility',
    error_dialect: 'auth0',
    recording: null,
    ...PROFILE,
  });
  assert.deepEqual(await hooksIn(db).find('hook'), MIGRATED_HOOK);
  assert.deepEqual(await hooksIn(db).findBinding(TRIGGER), { trigger_id: TRIGGER, hook_id: 'hook', action_ids: [] });
}

describe('a database as the version before wrote it', () => {
  it('cannot be read as it is', async () => {
    await writeVersion0(db);
    await assert.rejects(clientsIn(db).find('client'), { code: 'store_document_invalid' });
  });

  it('is readable once it is prepared', async () => {
    await writeVersion0(db);
    await prepareConfiguration(db);
    await assertReadable();
  });

  it('is readable though the enabled hook has no document, as the launcher left it', async () => {
    await writeVersion0(db, { hooks: [] });
    await prepareConfiguration(db);
    await assertReadable();
  });

  it('has the revision that was in force, where the document of the hook says another', async () => {
    await writeVersion0(db, { hooks: [{ ...HOOK, current_revision: 'stale' }] });
    await prepareConfiguration(db);
    await assertReadable();
  });

  it('keeps a hook that was not enabled, and enables none where none was', async () => {
    const other = { ...HOOK, _id: 'other', name: 'other', current_revision: 'r' };
    await writeVersion0(db, { hooks: [HOOK, other], bindings: [] });
    await prepareConfiguration(db);
    assert.deepEqual(await hooksIn(db).find('other'), {
      ...MIGRATED_HOOK,
      id: 'other',
      name: 'other',
      current_revision: 'r',
    });
    assert.deepEqual(await readConfigurationFrom(db).enabledHooks(TRIGGER), []);
    await hooksIn(db).enable(TRIGGER, 'hook');
    assert.deepEqual(await readConfigurationFrom(db).enabledHooks(TRIGGER), ENABLED);
  });

  it('has a client without secrets as one without secrets', async () => {
    await writeVersion0(db, { clients: [{ ...CLIENT, client_secret_hashes: [] }] });
    await prepareConfiguration(db);
    assert.deepEqual(await clientsIn(db).find('client'), { ...MIGRATED_CLIENT, client_secrets: [] });
  });

  it('holds nothing of the old shapes any more', async () => {
    await writeVersion0(db);
    await prepareConfiguration(db);
    assert.equal(await db.collection('clients').countDocuments({ client_secret_hashes: { $exists: true } }), 0);
    assert.deepEqual(await db.collection('hook_bindings').find().toArray(), [{ _id: TRIGGER, hook_id: 'hook' }]);
    assert.deepEqual(
      (await db.collection('hooks').indexes()).map(({ name }) => name),
      ['_id_', 'kind_1_name_1'],
    );
  });

  it('lets an Action have the name of a hook, as the unique index of old did not', async () => {
    await writeVersion0(db);
    await prepareConfiguration(db);
    const action = await hooksIn(db).insert({ ...MIGRATED_HOOK, id: 'action', kind: 'action', trigger_id: TRIGGER });
    assert.deepEqual(await hooksIn(db).find('action'), action);
  });
});

describe('preparing a database again', () => {
  it('changes nothing', async () => {
    await writeVersion0(db);
    await prepareConfiguration(db);
    const once = await everything();
    await prepareConfiguration(db);
    assert.deepEqual(await everything(), once);
    assert.deepEqual(
      await db
        .collection('tenant')
        .find({ version: { $exists: true } })
        .toArray(),
      [{ _id: 'schema', version: 4 }],
    );
  });

  it('leaves alone what was changed since', async () => {
    await writeVersion0(db);
    await prepareConfiguration(db);
    await hooksIn(db).change('hook', (now) => ({ ...now, current_revision: 'newer' }));
    await clientsIn(db).change('client', (now) => ({ ...now, client_secrets: [{ hash: 'x', expires_at_ms: 7 }] }));
    const changed = await everything();
    await prepareConfiguration(db);
    assert.deepEqual(await everything(), changed);
  });

  for (const left of ['before the version was written', 'when the documents were half migrated']) {
    it(`goes on where one was stopped ${left}`, async () => {
      await writeVersion0(db, { clients: [CLIENT, { ...CLIENT, _id: 'second' }] });
      await prepareConfiguration(db);
      await db.collection<{ _id: string }>('tenant').deleteOne({ _id: 'schema' });
      if (left.includes('half')) {
        await db.collection<{ _id: string }>('clients').deleteOne({ _id: 'client' });
        await db.collection<{ _id: string }>('clients').insertOne(CLIENT);
        await db
          .collection<{ _id: string }>('hook_bindings')
          .updateOne({ _id: TRIGGER }, { $set: { revision: REVISION_ADDRESS, hook_name: 'my-hook' } });
      }
      await prepareConfiguration(db);
      await assertReadable();
    });
  }
});

describe('preparing a database by many at once', () => {
  for (const [what, contents] of [
    ['of the version before', {}],
    ['of the version before, without the document of its hook', { hooks: [] }],
  ] as const) {
    it(`${what} is harmless`, async () => {
      for (let round = 0; round < 10; round++) {
        db = await server.emptyDatabase();
        await writeVersion0(db, contents);
        const others = [db, await server.connect(server.urls.owner, db.databaseName.replace(/^hookmint_/, ''))];
        await Promise.all(others.map((other) => prepareConfiguration(other)));
        await assertReadable();
      }
    });
  }

  it('that is empty is harmless', async () => {
    for (let round = 0; round < 10; round++) {
      db = await server.emptyDatabase();
      await Promise.all([prepareConfiguration(db), prepareConfiguration(db)]);
      const prepared = await everything();
      await prepareConfiguration(db);
      assert.deepEqual(await everything(), prepared);
      assert.deepEqual(await db.collection('tenant').find().toArray(), [{ _id: 'schema', version: 4 }]);
    }
  });

  it('does not undo what is deployed while the slower one is still at it', async () => {
    await writeVersion0(db);
    const binding = await db.collection('hook_bindings').findOne({});
    await prepareConfiguration(db);
    await hooksIn(db).change('hook', (now) => ({ ...now, current_revision: 'newer' }));
    await db.collection('hook_bindings').replaceOne({}, binding ?? {});
    await db.collection<{ _id: string }>('tenant').deleteOne({ _id: 'schema' });
    await prepareConfiguration(db);
    assert.equal((await hooksIn(db).find('hook'))?.current_revision, 'newer');
    assert.deepEqual(await db.collection('hook_bindings').find().toArray(), [{ _id: TRIGGER, hook_id: 'hook' }]);
  });
});

describe('quotas that were kept without a meaning', () => {
  it('get one, and are no more where they make no sense', async () => {
    await writeVersion0(db);
    const clients = db.collection<{ _id: string; profile?: object }>('clients');
    const original = await clients.findOne({ _id: 'client' });
    assert(original !== null);
    const quota = { client_credentials: { enforce: false, per_day: 5 } };
    await clients.updateOne({ _id: 'client' }, { $set: { profile: { token_quota: quota, sso: true } } });
    await clients.insertOne({ ...original, _id: 'odd', profile: { token_quota: { odd: 1 } } });
    await db
      .collection<{ _id: string }>('tenant')
      .updateOne({ _id: 'settings' }, { $set: { profile: { default_token_quota: { clients: quota } } } });
    await prepareConfiguration(db);
    const read = readConfigurationFrom(db);
    const [client, odd] = [await read.client('client'), await read.client('odd')];
    assert.deepEqual([client?.token_quota, client?.profile], [quota, { sso: true }]);
    assert.deepEqual(odd?.token_quota, quota, "the tenant's holds for a client without one");
    assert.equal((await clientsIn(db).find('odd'))?.token_quota, null);
    const settings = await read.tenantSettings();
    assert.deepEqual([settings.default_token_quota, settings.profile], [{ clients: quota }, {}]);
  });
});

describe('an empty database', () => {
  it('is prepared, and holds what is written then', async () => {
    await prepareConfiguration(db);
    assert.deepEqual(await readConfigurationFrom(db).enabledHooks(TRIGGER), []);
    assert.deepEqual(await db.collection('tenant').find().toArray(), [{ _id: 'schema', version: 4 }]);
    await hooksIn(db).insert({ id: 'hook', name: 'my-hook', trigger_id: TRIGGER, current_revision: REVISION_ADDRESS });
    assert.deepEqual(await hooksIn(db).find('hook'), MIGRATED_HOOK);
  });
});
