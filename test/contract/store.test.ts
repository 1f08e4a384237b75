import './quiet.ts';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Db } from 'mongodb';
import { readConfigurationFrom } from '../../services/gateway/configuration-cache.ts';
import type { ClientGrant } from '../../shared/domain/client-grant.ts';
import type { Client } from '../../shared/domain/client.ts';
import { DEFAULT_HOOK_LIMITS, HookRevisionContent, revisionAddress, type Hook } from '../../shared/domain/hook.ts';
import type { ResourceServer } from '../../shared/domain/resource-server.ts';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { prepareConfiguration } from '../../shared/store/prepare.ts';
import { resourceServersIn } from '../../shared/store/resource-servers.ts';
import { signingKeysIn, type SigningKey } from '../../shared/store/signing-keys.ts';
import { tenantIn } from '../../shared/store/tenant.ts';
import { notingWrites } from '../../shared/store/written.ts';
import { changesOf } from '../../shared/subjects/config-changed.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

let server: StoreServer;
let db: Db;

before(async () => {
  server = await startStore();
});
after(() => server.stop());
beforeEach(async () => {
  db = await server.emptyDatabase();
  await prepare();
});

const prepare = () => Promise.all([prepareConfiguration(db), signingKeysIn(db).createIndexes()]);

const CLIENT: Client = {
  client_id: 'client',
  name: 'A client',
  client_secrets: [
    { hash: 'new', expires_at_ms: null },
    { hash: 'old', expires_at_ms: 2 },
  ],
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'],
  client_metadata: { plan: 'full', 'a.dotted $name': 'kept' },
  credentials: [
    {
      id: 'cred',
      credential_type: 'public_key',
      kid: 'kid',
      alg: 'RS256',
      public_key_pem: 'pem',
      created_at_ms: 1,
      updated_at_ms: 1,
      expires_at_ms: null,
    },
  ],
  private_key_jwt: ['cred'],
  jwks_uri: 'https://keys.example.com/jwks.json',
  certificates: [
    {
      id: 'cert',
      credential_type: 'cert_subject_dn',
      value: 'CN=a client,O=Acme',
      created_at_ms: 1,
      updated_at_ms: 1,
      expires_at_ms: 9,
    },
  ],
  self_signed_tls_client_auth: null,
  tls_client_auth: ['cert'],
  subject_tokens: null,
  actor_tokens: null,
  federated_jwt: [{ issuer: 'https://issuer.example.com', subject: 's', claims: { 'a.dotted $name': 'x' } }],
  token_quota: { client_credentials: { enforce: false, per_hour: 10, per_day: 50 } },
  require_proof_of_possession: true,
  compliance_level: 'fapi2_sp_pkj_dpop',
  resource_server_identifier: 'https://api.example.com/',
  tokens_revoked_until_ms: 7,
  claims: { 'https://example.com/plan': 'full', 'a.dotted $name': [{ nested: null }, 0.5, 7, false, ''] },
  profile: { logo_uri: 'https://example.com/', 'a.dotted $name': { nested: [null] } },
};
const API: ResourceServer = {
  id: 'api',
  identifier: 'https://api.example.com/',
  name: 'An API',
  scopes: [{ value: 'read', description: 'Read' }, { value: 'write' }],
  signing_alg: 'ES256',
  token_dialect: 'access_token',
  enforce_policies: false,
  token_lifetime_seconds: 60,
  client_policy: 'deny_all',
  proof_of_possession: { mechanism: 'dpop', required: true },
  claims: { 'https://example.com/tier': { a: 1 } },
  is_system: true,
  profile: { allow_offline_access: false },
};
const GRANT: ClientGrant = {
  id: 'grant',
  client_id: 'client',
  audience: API.identifier,
  scope: ['read'],
  allow_all_scopes: true,
  tokens_revoked_until_ms: 8,
  claims: { 'https://example.com/region': '{{client.metadata.region}}' },
  profile: { subject_type: 'client' },
};
const TRIGGER = 'credentials-exchange';
const HOOK: Hook = {
  id: 'hook',
  kind: 'hook',
  name: 'my-hook',
  trigger_id: TRIGGER,
  current_revision: 'r',
  draft_revision: 'r2',
  history: [{ number: 1, revision: 'r', created_at_ms: 1, created_by: 'client' }],
  created_at_ms: 1,
  updated_at_ms: 2,
  profile: { runtime: 'node22' },
};
const REVISION = HookRevisionContent.parse({
  hook_id: 'hook',
  code: 'module.exports = () => undefined',
  limits: DEFAULT_HOOK_LIMITS,
});
const KEY: SigningKey = {
  kid: 'kid',
  alg: 'ES256',
  state: 'current',
  public_jwk: { kty: 'EC', kid: 'kid', alg: 'ES256', use: 'sig', crv: 'P-256', x: 'x', y: 'y' },
  private_jwe: 'jwe',
  created_at_ms: 1,
};

const duplicate = { name: 'MongoServerError', code: 11000 };

/** Changes a document as somebody might who does not know better. */
const damage = (collection: string, _id: string, set: Record<string, unknown>) =>
  db.collection<{ _id: string }>(collection).updateOne({ _id }, { $set: set }, { upsert: true });

describe('the store', () => {
  it('gives back each thing as it was put, and the last one put', async () => {
    const clients = clientsIn(db);
    assert.equal(await clients.find('client'), undefined);
    await clients.put({ ...CLIENT, name: 'before' });
    await clients.put(CLIENT);
    assert.deepEqual(await clients.find('client'), CLIENT);

    const apis = resourceServersIn(db);
    assert.equal(await apis.findByIdentifier(API.identifier), undefined);
    await apis.put({ ...API, name: 'before' });
    await apis.put(API);
    assert.deepEqual(await apis.findByIdentifier(API.identifier), API);

    const grants = clientGrantsIn(db);
    assert.equal(await grants.findFor('client', API.identifier), undefined);
    await grants.put({ ...GRANT, scope: [] });
    await grants.put(GRANT);
    assert.deepEqual(await grants.findFor('client', API.identifier), GRANT);

    const hooks = hooksIn(db);
    assert.equal(await hooks.find('hook'), undefined);
    await hooks.put({ ...HOOK, current_revision: 'before' });
    await hooks.put(HOOK);
    assert.deepEqual(await hooks.find('hook'), HOOK);

    const keys = signingKeysIn(db);
    assert.deepEqual(await keys.list(), []);
    assert.equal(await keys.add(KEY), true);
    assert.deepEqual(await keys.list(), [KEY]);

    const tenant = tenantIn(db);
    const defaults = {
      default_audience: null,
      custom_claims: 'namespaced',
      default_token_quota: null,
      resource_parameter_profile: 'compatibility',
      error_dialect: 'auth0',
      recording: null,
      profile: {},
    };
    assert.deepEqual(await tenant.settings(), defaults);
    await tenant.putSettings({ default_audience: API.identifier, custom_claims: 'relaxed' });
    assert.deepEqual(await tenant.settings(), {
      default_audience: API.identifier,
      custom_claims: 'relaxed',
      default_token_quota: null,
      resource_parameter_profile: 'compatibility',
      error_dialect: 'auth0',
      recording: null,
      profile: {},
    });
  });

  it('has one API for an identifier, one grant for a client and an API, one hook and one Action for a name', async () => {
    await resourceServersIn(db).put(API);
    await assert.rejects(resourceServersIn(db).put({ ...API, id: 'other' }), duplicate);
    await clientGrantsIn(db).put(GRANT);
    await assert.rejects(clientGrantsIn(db).put({ ...GRANT, id: 'other' }), duplicate);
    await clientGrantsIn(db).put({ ...GRANT, id: 'other', client_id: 'other' });
    await hooksIn(db).put(HOOK);
    await assert.rejects(hooksIn(db).put({ ...HOOK, id: 'other' }), duplicate);
    await hooksIn(db).put({ ...HOOK, id: 'other', kind: 'action' });
  });

  it('has one current and one next signing key for an algorithm, and any number of previous ones', async () => {
    const keys = signingKeysIn(db);
    const add = (kid: string, more: Partial<SigningKey> = {}) => keys.add({ ...KEY, kid, ...more });
    assert.equal(await add('1'), true);
    assert.equal(await add('2'), false);
    assert.equal(await add('3', { state: 'next' }), true);
    assert.equal(await add('4', { state: 'next' }), false);
    assert.equal(await add('5', { alg: 'RS256' }), true);
    assert.equal(await add('6', { state: 'previous' }), true);
    assert.equal(await add('7', { state: 'previous' }), true);
    assert.equal(await add('8', { state: 'revoked' }), true);
    assert.deepEqual((await keys.list()).map(({ kid }) => kid).sort(), ['1', '3', '5', '6', '7']);
  });

  it('refuses to take what is not valid', async () => {
    await assert.rejects(clientsIn(db).put({ ...CLIENT, grant_types: 'all' } as unknown as Client), {
      name: 'ZodError',
    });
    assert.equal(await clientsIn(db).find('client'), undefined);
  });

  it('makes its indexes once', async () => {
    const names = async () => {
      const indexes = [];
      for (const name of ['resource_servers', 'client_grants', 'hooks', 'hook_revisions', 'signing_keys']) {
        indexes.push((await db.collection(name).indexes()).map((index) => `${name}.${index.name ?? ''}`));
      }
      return indexes;
    };
    const before = await names();
    assert.deepEqual(
      before.map(({ length }) => length),
      [2, 4, 2, 2, 2],
    );
    await prepare();
    assert.deepEqual(await names(), before);
  });

  it('removes the grants of a client, or to an API, and no others', async () => {
    const grants = clientGrantsIn(db);
    const left = async () => (await grants.list({}, { skip: 0, limit: 10 })).map(({ id }) => id);
    await grants.insert({ id: '1', client_id: 'a', audience: 'x', scope: [] });
    await grants.insert({ id: '2', client_id: 'a', audience: 'y', scope: [] });
    await grants.insert({ id: '3', client_id: 'b', audience: 'x', scope: [] });
    await grants.insert({ id: '4', client_id: 'b', audience: 'y', scope: [] });
    await grants.removeAll({ client_id: 'a' });
    assert.deepEqual(await left(), ['3', '4']);
    await grants.removeAll({ audience: 'x' });
    assert.deepEqual(await left(), ['4']);
    await grants.removeAll({ audience: 'unknown' });
    assert.deepEqual(await left(), ['4']);
  });
});

describe('a document that is not valid', () => {
  const cases: [
    what: string,
    collection: string,
    set: Record<string, unknown>,
    find: () => Promise<unknown>,
    message: RegExp,
  ][] = [
    [
      'client',
      'clients',
      { name: 7 },
      () => clientsIn(db).find('x'),
      /^In the database client x cannot be used: \w+: /,
    ],
    [
      'API',
      'resource_servers',
      { ...API, id: undefined, token_lifetime_seconds: 0 },
      () => resourceServersIn(db).findByIdentifier(API.identifier),
      /^In the database resource server x cannot be used: (id|token_lifetime_seconds)?: /,
    ],
    [
      'grant',
      'client_grants',
      { client_id: 'c', audience: 'a', scope: 'read' },
      () => clientGrantsIn(db).findFor('c', 'a'),
      /^In the database client grant x cannot be used: scope: /,
    ],
    [
      'hook',
      'hooks',
      { name: 'n', trigger_id: 'other', current_revision: 'r' },
      () => hooksIn(db).find('x'),
      /^In the database hook x cannot be used: trigger_id: /,
    ],
    [
      'hook revision',
      'hook_revisions',
      { hook_id: 'h', code: '', limits: DEFAULT_HOOK_LIMITS },
      () => hooksIn(db).findRevision('x'),
      /^In the database hook revision x cannot be used: code: /,
    ],
    [
      'hook binding',
      'hook_bindings',
      { hook_id: 'h' },
      () => hooksIn(db).findBinding('x' as typeof TRIGGER),
      /^In the database hook binding x cannot be used: trigger_id: /,
    ],
    [
      'signing key',
      'signing_keys',
      { ...KEY, kid: undefined, private_jwe: 7 },
      () => signingKeysIn(db).list(),
      /^In the database signing key x cannot be used: (kid|private_jwe): /,
    ],
  ];
  for (const [what, collection, set, find, message] of cases) {
    it(`of a ${what} is an error that names it and the field`, async () => {
      const known = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
      await damage(collection, 'x', known);
      await assert.rejects(find, { name: 'HookmintError', code: 'store_document_invalid', message });
    });
  }

  it('of the tenant settings is an error that names the field', async () => {
    await damage('tenant', 'settings', { default_audience: null, custom_claims: 'any' });
    await assert.rejects(tenantIn(db).settings(), {
      code: 'store_document_invalid',
      message: /^In the database the tenant settings cannot be used: custom_claims: /,
    });
  });
});

describe('a field that is not known', () => {
  it('is left out, so that an older service reads what a newer one wrote', async () => {
    const [clients, apis, grants, hooks] = [clientsIn(db), resourceServersIn(db), clientGrantsIn(db), hooksIn(db)];
    await clients.put(CLIENT);
    await damage('clients', 'client', { new_field: 'x' });
    assert.deepEqual(await clients.find('client'), CLIENT);
    await apis.put(API);
    await damage('resource_servers', 'api', { new_field: 'x' });
    assert.deepEqual(await apis.findByIdentifier(API.identifier), API);
    await grants.put(GRANT);
    await damage('client_grants', 'grant', { new_field: 'x' });
    assert.deepEqual(await grants.findFor('client', API.identifier), GRANT);
    await hooks.put(HOOK);
    await damage('hooks', 'hook', { new_field: 'x' });
    assert.deepEqual(await hooks.find('hook'), HOOK);
    await hooks.enable(TRIGGER, 'hook');
    await damage('hook_bindings', TRIGGER, { new_field: 'x' });
    assert.deepEqual(await hooks.findBinding(TRIGGER), { trigger_id: TRIGGER, hook_id: 'hook', action_ids: [] });
  });

  it('does not make a known one of the wrong type pass', async () => {
    await clientsIn(db).put(CLIENT);
    await damage('clients', 'client', { new_field: 'x', grant_types: 'all' });
    await assert.rejects(clientsIn(db).find('client'), {
      code: 'store_document_invalid',
      message: /^In the database client client cannot be used: grant_types: /,
    });
  });

  it('is refused in a hook revision: it may be a limit that this service does not keep', async () => {
    const address = await hooksIn(db).putRevision(REVISION);
    await damage('hook_revisions', address, { new_limit: 1 });
    await assert.rejects(hooksIn(db).findRevision(address), {
      code: 'store_document_invalid',
      message: /^In the database hook revision [\w-]{43} cannot be used: .*"new_limit"/,
    });
  });
});

describe('a hook revision', () => {
  it('is addressed by its content, and not changed by being put again', async () => {
    const hooks = hooksIn(db);
    const address = await hooks.putRevision(REVISION);
    assert.equal(address, revisionAddress(REVISION));
    assert.match(address, /^[\w-]{43}$/);
    assert.equal(await hooks.putRevision({ ...REVISION }), address);
    assert.deepEqual(await hooks.findRevision(address), { revision: address, ...REVISION });
    const others = await Promise.all([
      hooks.putRevision({ ...REVISION, code: `${REVISION.code} ` }),
      hooks.putRevision({ ...REVISION, hook_id: 'other' }),
      hooks.putRevision({ ...REVISION, limits: { ...REVISION.limits, cpu_ms: 999 } }),
    ]);
    assert.equal(new Set([address, ...others]).size, 4);
    assert.equal(await db.collection('hook_revisions').countDocuments(), 4);
    assert.deepEqual(await hooks.findRevision(address), { revision: address, ...REVISION });
  });

  it('is removed with all others of its hook', async () => {
    const hooks = hooksIn(db);
    const mine = await hooks.putRevision(REVISION);
    const mineToo = await hooks.putRevision({ ...REVISION, code: `${REVISION.code} ` });
    const other = await hooks.putRevision({ ...REVISION, hook_id: 'other' });
    await hooks.removeRevisions('hook');
    assert.equal(await hooks.findRevision(mine), undefined);
    assert.equal(await hooks.findRevision(mineToo), undefined);
    assert.equal((await hooks.findRevision(other))?.hook_id, 'other');
  });
});

describe('the binding of a trigger', () => {
  it('is one, of one hook at most', async () => {
    const hooks = hooksIn(db);
    assert.equal(await hooks.findBinding(TRIGGER), undefined);
    await hooks.disable(TRIGGER);
    assert.equal(await hooks.findBinding(TRIGGER), undefined);
    await hooks.enable(TRIGGER, 'hook');
    await hooks.enable(TRIGGER, 'other');
    assert.equal(await db.collection('hook_bindings').countDocuments(), 1);
    assert.deepEqual(await hooks.findBinding(TRIGGER), { trigger_id: TRIGGER, hook_id: 'other', action_ids: [] });
    await hooks.disable(TRIGGER);
    assert.deepEqual(await hooks.findBinding(TRIGGER), { trigger_id: TRIGGER, hook_id: null, action_ids: [] });
  });

  it('has the Actions in the order they were bound in, whichever hook is enabled', async () => {
    const hooks = hooksIn(db);
    await hooks.bindActions(TRIGGER, ['b', 'a', 'c']);
    assert.deepEqual(await hooks.findBinding(TRIGGER), {
      trigger_id: TRIGGER,
      hook_id: null,
      action_ids: ['b', 'a', 'c'],
    });
    await hooks.enable(TRIGGER, 'hook');
    await hooks.unbindAction(TRIGGER, 'a');
    await hooks.unbindAction(TRIGGER, 'unknown');
    assert.deepEqual(await hooks.findBinding(TRIGGER), {
      trigger_id: TRIGGER,
      hook_id: 'hook',
      action_ids: ['b', 'c'],
    });
    await hooks.disable(TRIGGER);
    assert.deepEqual((await hooks.findBinding(TRIGGER))?.action_ids, ['b', 'c']);
  });
});

describe('a server that cannot be reached', () => {
  it('is named without its password, in seconds', async () => {
    const startMs = performance.now();
    assert.deepEqual(await failureOf('mongodb://user:p4ssword@127.0.0.1:9/'), {
      name: 'HookmintError',
      code: 'store_unreachable',
      message:
        'No MongoDB server could be used at MONGODB_URL=mongodb://127.0.0.1:9/: connect ECONNREFUSED 127.0.0.1:9.',
    });
    assert(performance.now() - startMs < 20_000);
  });

  it('is named without its password when the password is wrong', async () => {
    const url = new URL(server.urls.owner);
    url.password = 'wr0ng';
    const { host } = url;
    assert.deepEqual(await failureOf(url.href), {
      name: 'HookmintError',
      code: 'store_unreachable',
      message: `No MongoDB server could be used at MONGODB_URL=mongodb://${host}/?authSource=admin: Authentication failed.`,
    });
  });
});

describe('a list of grants', () => {
  it('of an API or a client is told without a look at what it does not show, and counted no further than is asked', async () => {
    const grants = clientGrantsIn(db);
    const one = (n: number, of: Partial<ClientGrant>) => ({ ...GRANT, id: `grant-${String(n)}`, ...of });
    for (let n = 0; n < 60; n++) {
      const [client, api] = n % 2 === 0 ? ['client', String(n)] : [String(n), 'api'];
      await grants.insert(one(n, { client_id: client, audience: api }));
    }
    for (const filter of [{ audience: 'api' }, { client_id: 'client' }]) {
      const found = grants.collection.find(filter).sort({ _id: 1 }).limit(5);
      const { executionStats } = await found.explain('executionStats');
      const { totalDocsExamined, totalKeysExamined } = executionStats as Record<string, number>;
      assert.deepEqual([totalDocsExamined, totalKeysExamined], [5, 5], JSON.stringify(filter));
      assert.deepEqual([await grants.count(filter), await grants.count(filter, { limit: 7 })], [30, 7]);
    }
    assert.equal(await grants.count({}, { limit: 7 }), 7);
  });
});

/** How connecting fails, in a process of its own. */
async function failureOf(MONGODB_URL: string): Promise<unknown> {
  const module = new URL('../../shared/store/connect.ts', import.meta.url).href;
  const script = `const { connectStore } = await import('${module}');
    const error = await connectStore('test', { MONGODB_URL: process.env.TEST_URL }, 'demo').catch((error) => error);
    console.log(JSON.stringify({ name: error.name, code: error.code, message: error.message }));
    process.exit();`;
  const args = ['--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, TEST_URL: MONGODB_URL },
    timeout: 20_000,
  });
  return JSON.parse(stdout);
}

describe("the gateway's view of the configuration", () => {
  it('knows what is not there, until a change is announced', async () => {
    const configuration = readConfigurationFrom(db);
    assert.equal(await configuration.client('client'), undefined);
    await clientsIn(db).put(CLIENT);
    assert.equal(await configuration.client('client'), undefined);
    configuration.changed(undefined);
    assert.deepEqual(await configuration.client('client'), CLIENT);
  });

  it('keeps what is there, until a change is announced', async () => {
    const configuration = readConfigurationFrom(db);
    await Promise.all([clientsIn(db).put(CLIENT), resourceServersIn(db).put(API), clientGrantsIn(db).put(GRANT)]);
    const revision = await hooksIn(db).putRevision(REVISION);
    const action = await hooksIn(db).putRevision({ ...REVISION, hook_id: 'action', kind: 'action' });
    await hooksIn(db).put({ ...HOOK, current_revision: revision });
    await hooksIn(db).put({ ...HOOK, id: 'action', kind: 'action', current_revision: action });
    await hooksIn(db).enable(TRIGGER, 'hook');
    await hooksIn(db).bindActions(TRIGGER, ['action']);
    const read = () =>
      Promise.all([
        configuration.client('client'),
        configuration.resourceServer(API.identifier),
        configuration.clientGrant('client', API.identifier),
        configuration.enabledHooks(TRIGGER),
        configuration.tenantSettings(),
      ]);
    const all = [
      CLIENT,
      API,
      GRANT,
      [
        { id: 'hook', name: 'my-hook', revision: { revision, ...REVISION } },
        {
          id: 'action',
          name: 'my-hook',
          revision: { revision: action, ...REVISION, hook_id: 'action', kind: 'action' },
        },
      ],
      {
        default_audience: null,
        custom_claims: 'namespaced',
        default_token_quota: null,
        resource_parameter_profile: 'compatibility',
        error_dialect: 'auth0',
        recording: null,
        profile: {},
      },
    ];
    assert.deepEqual(await read(), all);
    for (const name of ['clients', 'resource_servers', 'client_grants', 'hook_bindings', 'hooks']) {
      await db.collection(name).deleteMany({});
    }
    assert.deepEqual(await read(), all);
    configuration.changed(undefined);
    assert.deepEqual(await read(), [undefined, undefined, undefined, [], all[4]]);
  });

  it('has the Actions in their order, and none for a hook that was disabled', async () => {
    const hooks = hooksIn(db);
    for (const id of ['a', 'b', 'c']) {
      const current_revision = await hooks.putRevision({ ...REVISION, hook_id: id });
      await hooks.put({ ...HOOK, id, name: id, current_revision });
    }
    await hooks.bindActions(TRIGGER, ['c', 'a']);
    await hooks.enable(TRIGGER, 'b');
    const configuration = readConfigurationFrom(db);
    const ids = async () => (await configuration.enabledHooks(TRIGGER)).map(({ id }) => id);
    assert.deepEqual(await ids(), ['b', 'c', 'a']);
    await hooks.disable(TRIGGER);
    configuration.changed(undefined);
    assert.deepEqual(await ids(), ['c', 'a']);
  });

  it('fails closed where the enabled hook, or an Action, is not there, not deployed, or has no revision', async () => {
    const hooks = hooksIn(db);
    const enabled = () => readConfigurationFrom(db).enabledHooks(TRIGGER);
    for (const bind of [() => hooks.enable(TRIGGER, 'hook'), () => hooks.bindActions(TRIGGER, ['hook'])]) {
      await bind();
      await assert.rejects(enabled(), { message: 'the enabled hook hook or its revision is not there' });
      await hooks.put({ ...HOOK, current_revision: null });
      await assert.rejects(enabled(), { message: 'the enabled hook hook or its revision is not there' });
      await hooks.put(HOOK);
      await assert.rejects(enabled(), { message: 'the enabled hook hook or its revision is not there' });
      await hooks.remove('hook');
      await hooks.disable(TRIGGER);
    }
  });

  it('takes what cannot be used for no reason to go on with what was known, or not to read anything else', async () => {
    const hooks = hooksIn(db);
    await clientsIn(db).put({ ...CLIENT, name: 'before' });
    await hooks.put({ ...HOOK, current_revision: await hooks.putRevision(REVISION) });
    await hooks.enable(TRIGGER, 'hook');
    const configuration = readConfigurationFrom(db);
    assert.equal((await configuration.client('client'))?.name, 'before');
    assert.equal((await configuration.enabledHooks(TRIGGER)).length, 1);
    await hooks.remove('hook');
    await clientsIn(db).put({ ...CLIENT, name: 'after' });
    configuration.changed(undefined);
    await assert.rejects(configuration.enabledHooks(TRIGGER), {
      message: 'the enabled hook hook or its revision is not there',
    });
    assert.equal((await configuration.client('client'))?.name, 'after');
    await damage('clients', 'client', { name: 7 });
    configuration.changed(undefined);
    await assert.rejects(configuration.client('client'), { code: 'store_document_invalid' });
    await hooks.disable(TRIGGER);
    assert.deepEqual(await configuration.enabledHooks(TRIGGER), []);
  });

  it('does not keep a read that began before the change was announced', async () => {
    await clientsIn(db).put({ ...CLIENT, name: 'before' });
    const { slow, reading, goOn } = withSlowFirstRead(db);
    const configuration = readConfigurationFrom(slow);
    const asked = configuration.client('client');
    await reading;
    await clientsIn(db).put({ ...CLIENT, name: 'after' });
    configuration.changed(undefined);
    goOn();
    assert.equal((await asked)?.name, 'after');
    assert.equal((await configuration.client('client'))?.name, 'after');
  });

  it('reads anew what a change names, and nothing else: no revision twice, no client that was not touched', async () => {
    const asked: string[] = [];
    const counting = wrapFindOne(db, (find, name) => {
      asked.push(name);
      return find();
    });
    const [hooks, clients, apis, grants] = [hooksIn(db), clientsIn(db), resourceServersIn(db), clientGrantsIn(db)];
    const other = { ...CLIENT, client_id: 'other' };
    for (const client of [CLIENT, other]) {
      await clients.put(client);
      await grants.put({ ...GRANT, id: client.client_id, client_id: client.client_id });
    }
    await apis.put(API);
    await hooks.put({ ...HOOK, current_revision: await hooks.putRevision(REVISION) });
    await hooks.enable(TRIGGER, 'hook');
    const configuration = readConfigurationFrom(counting);
    const readAll = async () => {
      const known = [CLIENT, other].map(async ({ client_id }) => ({
        name: (await configuration.client(client_id))?.name,
        scope: (await configuration.clientGrant(client_id, API.identifier))?.scope,
      }));
      await Promise.all([configuration.resourceServer(API.identifier), configuration.tenantSettings()]);
      const [enabled] = await configuration.enabledHooks(TRIGGER);
      const [client] = await Promise.all(known);
      return { client, hook: enabled?.name };
    };
    /** What of the store is asked for after a write, once its change is announced, and what is known then. */
    const after = async (write: () => Promise<unknown>) => {
      const { targets } = await notingWrites(write, () => Promise.resolve(new Error('it cannot fail')));
      asked.length = 0;
      configuration.changed(changesOf(targets));
      return { ...(await readAll()), asked: [...asked] };
    };
    await readAll();

    const rename = { ...CLIENT, name: 'renamed' };
    const untouched = { client: { name: 'renamed', scope: GRANT.scope }, hook: HOOK.name };
    assert.deepEqual(await after(() => clients.change('client', () => rename)), { ...untouched, asked: ['clients'] });
    assert.deepEqual(await after(() => apis.change(API.id, (api) => ({ ...api, name: 'renamed' }))), {
      ...untouched,
      asked: ['resource_servers'],
    });
    const less = await after(() => grants.change('client', (grant) => ({ ...grant, scope: [] })));
    assert.deepEqual(less, { ...untouched, client: { name: 'renamed', scope: [] }, asked: ['client_grants'] });
    const renamed = await after(() => hooks.change('hook', (hook) => ({ ...hook, name: 'hook-2' })));
    assert.deepEqual(renamed.asked.toSorted(), ['hook_bindings', 'hooks'], 'its revision is known');
    assert.equal(renamed.hook, 'hook-2');
    const without = { ...untouched, client: { name: 'renamed', scope: undefined }, hook: 'hook-2' };
    assert.deepEqual(await after(() => grants.removeAll({ client_id: 'client' })), {
      ...without,
      asked: ['client_grants'],
    });
    assert.equal((await after(() => clients.remove('client'))).client?.name, undefined);
    assert.deepEqual((await after(() => clients.insert(CLIENT))).client, { name: CLIENT.name, scope: undefined });
    assert.deepEqual((await after(() => Promise.resolve())).asked, []);
  });

  it('does not keep a read that began before a change of it was announced', async () => {
    await clientsIn(db).put({ ...CLIENT, name: 'before' });
    const { slow, reading, goOn } = withSlowFirstRead(db);
    const configuration = readConfigurationFrom(slow);
    const asked = configuration.client('client');
    await reading;
    await clientsIn(db).put({ ...CLIENT, name: 'after' });
    configuration.changed([{ collection: 'clients', keys: ['client'] }]);
    goOn();
    assert.equal((await asked)?.name, 'after');
  });

  it('reads once for all who ask at the same time', async () => {
    await clientsIn(db).put(CLIENT);
    let reads = 0;
    const counting = wrapFindOne(db, (find) => {
      reads++;
      return find();
    });
    const configuration = readConfigurationFrom(counting);
    await Promise.all(Array.from({ length: 20 }, () => configuration.client('client')));
    assert.equal(reads, 1);
  });

  it('goes on with what was known while the store is away, and fails for what was not', async () => {
    const own = await startStore();
    try {
      const database = await own.emptyDatabase();
      await clientsIn(database).put(CLIENT);
      const configuration = readConfigurationFrom(database);
      assert.deepEqual(await configuration.client('client'), CLIENT);
      assert.equal(await configuration.client('nobody'), undefined);
      own.server.process.kill('SIGKILL');
      configuration.changed(undefined);
      const [known, absent, unknown] = await Promise.allSettled([
        configuration.client('client'),
        configuration.client('nobody'),
        configuration.resourceServer(API.identifier),
      ]);
      assert.deepEqual(known, { status: 'fulfilled', value: CLIENT });
      assert.deepEqual(absent, { status: 'fulfilled', value: undefined });
      assert.equal(unknown.status, 'rejected');
    } finally {
      await own.stop();
    }
  });
});

/** The database with each `findOne` of it passed through `around`. */
function wrapFindOne(real: Db, around: (find: () => Promise<unknown>, name: string) => Promise<unknown>): Db {
  return {
    collection: (name: string) => ({
      findOne: (filter: object) => around(() => real.collection(name).findOne(filter), name),
    }),
  } as unknown as Db;
}

/** The database with a first `findOne` that has read and does not answer before `goOn`. */
function withSlowFirstRead(real: Db) {
  const gate = Promise.withResolvers<undefined>();
  const begun = Promise.withResolvers<undefined>();
  let first = true;
  const slow = wrapFindOne(real, async (find) => {
    const document = await find();
    if (first) {
      first = false;
      begun.resolve(undefined);
      await gate.promise;
    }
    return document;
  });
  return { slow, reading: begun.promise, goOn: () => gate.resolve(undefined) };
}
