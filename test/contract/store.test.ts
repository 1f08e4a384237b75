import './quiet.ts';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Db } from 'mongodb';
import { readConfigurationFrom } from '../../services/gateway/configuration.ts';
import type { ClientGrant } from '../../shared/domain/client-grant.ts';
import type { Client } from '../../shared/domain/client.ts';
import {
  DEFAULT_HOOK_LIMITS,
  HookRevisionContent,
  revisionAddress,
  type Hook,
  type HookBinding,
} from '../../shared/domain/hook.ts';
import type { ResourceServer } from '../../shared/domain/resource-server.ts';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { clientsIn } from '../../shared/store/clients.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { ensureIndexes } from '../../shared/store/indexes.ts';
import { resourceServersIn } from '../../shared/store/resource-servers.ts';
import { signingKeysIn, type SigningKey } from '../../shared/store/signing-keys.ts';
import { tenantIn } from '../../shared/store/tenant.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

let server: StoreServer;
let db: Db;

before(async () => {
  server = await startStore();
});
after(() => server.stop());
beforeEach(async () => {
  db = await server.emptyDatabase();
  await ensureIndexes(db);
});

const CLIENT: Client = {
  client_id: 'client',
  name: 'A client',
  client_secret_hashes: ['hash'],
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'],
  client_metadata: { plan: 'full', 'a.dotted $name': 'kept' },
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
};
const GRANT: ClientGrant = { id: 'grant', client_id: 'client', audience: API.identifier, scope: ['read'] };
const HOOK: Hook = { id: 'hook', name: 'my-hook', trigger_id: 'credentials-exchange', current_revision: 'r' };
const BINDING: HookBinding = {
  trigger_id: 'credentials-exchange',
  hook_id: 'hook',
  hook_name: 'my-hook',
  revision: 'r',
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
    assert.equal(await grants.find('client', API.identifier), undefined);
    await grants.put({ ...GRANT, scope: [] });
    await grants.put(GRANT);
    assert.deepEqual(await grants.find('client', API.identifier), GRANT);

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
    assert.deepEqual(await tenant.settings(), { default_audience: null, custom_claims: 'namespaced' });
    await tenant.putSettings({ default_audience: API.identifier, custom_claims: 'relaxed' });
    assert.deepEqual(await tenant.settings(), { default_audience: API.identifier, custom_claims: 'relaxed' });
  });

  it('has one API for an identifier, one grant for a client and an API, one hook for a name', async () => {
    await resourceServersIn(db).put(API);
    await assert.rejects(resourceServersIn(db).put({ ...API, id: 'other' }), duplicate);
    await clientGrantsIn(db).put(GRANT);
    await assert.rejects(clientGrantsIn(db).put({ ...GRANT, id: 'other' }), duplicate);
    await clientGrantsIn(db).put({ ...GRANT, id: 'other', client_id: 'other' });
    await hooksIn(db).put(HOOK);
    await assert.rejects(hooksIn(db).put({ ...HOOK, id: 'other' }), duplicate);
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
    const names = async () => (await db.collection('signing_keys').indexes()).map(({ name }) => name);
    const before = await names();
    await ensureIndexes(db);
    assert.deepEqual(await names(), before);
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
      () => clientGrantsIn(db).find('c', 'a'),
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
      { hook_id: 'h', hook_name: 'n' },
      () => hooksIn(db).findBinding('x' as 'credentials-exchange'),
      /^In the database hook binding x cannot be used: \w+: /,
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

  it('may have no field that is not known', async () => {
    await clientsIn(db).put(CLIENT);
    await damage('clients', 'client', { client_secret: 'plain' });
    await assert.rejects(clientsIn(db).find('client'), {
      code: 'store_document_invalid',
      message: /^In the database client client cannot be used: .*"client_secret"/,
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

  it('is what the one binding of a trigger points at', async () => {
    const hooks = hooksIn(db);
    assert.equal(await hooks.findBinding('credentials-exchange'), undefined);
    await hooks.bind(BINDING);
    await hooks.bind({ ...BINDING, hook_id: 'other', revision: 'r2' });
    assert.equal(await db.collection('hook_bindings').countDocuments(), 1);
    assert.deepEqual(await hooks.findBinding('credentials-exchange'), { ...BINDING, hook_id: 'other', revision: 'r2' });
    await hooks.unbind('credentials-exchange');
    assert.equal(await hooks.findBinding('credentials-exchange'), undefined);
  });
});

describe('a server that cannot be reached', () => {
  it('is named without its password, within 6 s', async () => {
    const startMs = performance.now();
    assert.deepEqual(await failureOf('mongodb://user:p4ssword@127.0.0.1:9/'), {
      name: 'HookmintError',
      code: 'store_unreachable',
      message:
        'No MongoDB server could be used at MONGODB_URL=mongodb://127.0.0.1:9/: connect ECONNREFUSED 127.0.0.1:9.',
    });
    assert(performance.now() - startMs < 7_000);
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
    configuration.drop();
    assert.deepEqual(await configuration.client('client'), CLIENT);
  });

  it('keeps what is there, until a change is announced', async () => {
    const configuration = readConfigurationFrom(db);
    await Promise.all([clientsIn(db).put(CLIENT), resourceServersIn(db).put(API), clientGrantsIn(db).put(GRANT)]);
    const revision = await hooksIn(db).putRevision(REVISION);
    await hooksIn(db).bind({ ...BINDING, revision });
    const read = () =>
      Promise.all([
        configuration.client('client'),
        configuration.resourceServer(API.identifier),
        configuration.clientGrant('client', API.identifier),
        configuration.enabledHook('credentials-exchange'),
        configuration.tenantSettings(),
      ]);
    const all = [
      CLIENT,
      API,
      GRANT,
      { id: 'hook', name: 'my-hook', revision: { revision, ...REVISION } },
      { default_audience: null, custom_claims: 'namespaced' },
    ];
    assert.deepEqual(await read(), all);
    for (const name of ['clients', 'resource_servers', 'client_grants', 'hook_bindings']) {
      await db.collection(name).deleteMany({});
    }
    assert.deepEqual(await read(), all);
    configuration.drop();
    assert.deepEqual(await read(), [undefined, undefined, undefined, undefined, all[4]]);
  });

  it('fails closed where the enabled hook has no revision', async () => {
    await hooksIn(db).bind(BINDING);
    await assert.rejects(readConfigurationFrom(db).enabledHook('credentials-exchange'), {
      message: 'the enabled hook hook has no revision r',
    });
  });

  it('does not keep a read that began before the change was announced', async () => {
    await clientsIn(db).put({ ...CLIENT, name: 'before' });
    const { slow, reading, goOn } = withSlowFirstRead(db);
    const configuration = readConfigurationFrom(slow);
    const asked = configuration.client('client');
    await reading;
    await clientsIn(db).put({ ...CLIENT, name: 'after' });
    configuration.drop();
    goOn();
    assert.equal((await asked)?.name, 'after');
    assert.equal((await configuration.client('client'))?.name, 'after');
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
    const database = await own.emptyDatabase();
    await clientsIn(database).put(CLIENT);
    const configuration = readConfigurationFrom(database);
    assert.deepEqual(await configuration.client('client'), CLIENT);
    assert.equal(await configuration.client('nobody'), undefined);
    own.server.process.kill('SIGKILL');
    configuration.drop();
    const [known, absent, unknown] = await Promise.allSettled([
      configuration.client('client'),
      configuration.client('nobody'),
      configuration.resourceServer(API.identifier),
    ]);
    assert.deepEqual(known, { status: 'fulfilled', value: CLIENT });
    assert.deepEqual(absent, { status: 'fulfilled', value: undefined });
    assert.equal(unknown.status, 'rejected');
    await own.stop();
  });
});

/** The database with each `findOne` of it passed through `around`. */
function wrapFindOne(real: Db, around: (find: () => Promise<unknown>) => Promise<unknown>): Db {
  return {
    collection: (name: string) => ({
      findOne: (filter: object) => around(() => real.collection(name).findOne(filter)),
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
