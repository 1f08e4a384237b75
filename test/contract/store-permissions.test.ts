import './quiet.ts';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { MongoClient, type Db } from 'mongodb';
import { databaseName } from '../../shared/store/connect.ts';
import { hooksIn } from '../../shared/store/hooks.ts';
import { prepareConfiguration } from '../../shared/store/prepare.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { startStore, TENANT, type StoreServer } from './store-fixtures.ts';
import { writeVersion0 } from './version-0.ts';

const CONFIGURATION = [
  'clients',
  'resource_servers',
  'client_grants',
  'hooks',
  'hook_revisions',
  'hook_bindings',
  'tenant',
];
const UNAUTHORIZED = { name: 'MongoServerError', code: 13 };

let store: StoreServer;
let gateway: Db;
let signer: Db;
let management: Db;

before(async () => {
  store = await startStore();
  const owner = await store.connect(store.urls.owner);
  for (const name of [...CONFIGURATION, 'signing_keys']) {
    await owner.collection<{ _id: string }>(name).insertOne({ _id: name });
  }
  gateway = await store.connect(store.urls.gateway);
  signer = await store.connect(store.urls.signer);
  management = await store.connect(store.urls.management);
});
after(() => store.stop());

const writes = (db: Db, name: string): Record<string, () => Promise<unknown>> => {
  const collection = db.collection<{ _id: string; changed?: boolean }>(name);
  return {
    insert: () => collection.insertOne({ _id: 'new' }),
    update: () => collection.updateOne({ _id: name }, { $set: { changed: true } }),
    delete: () => collection.deleteOne({ _id: name }),
    drop: () => collection.drop(),
    'make an index of': () => collection.createIndex({ changed: 1 }),
  };
};

describe("the gateway's user of the store", () => {
  for (const name of CONFIGURATION) {
    it(`reads ${name}, and may not change it`, async () => {
      assert.deepEqual(await gateway.collection(name).find().toArray(), [{ _id: name }]);
      for (const write of Object.values(writes(gateway, name))) await assert.rejects(write, UNAUTHORIZED);
    });
  }

  it('reads and adds revocations, and may neither change nor remove them', async () => {
    const { insert, ...others } = writes(gateway, 'revocations');
    assert(insert);
    await insert();
    assert.deepEqual(await gateway.collection('revocations').find().toArray(), [{ _id: 'new' }]);
    for (const write of Object.values(others)) await assert.rejects(write, UNAUTHORIZED);
  });

  it('may neither read nor write what it has recorded', async () => {
    await assert.rejects(gateway.collection('hook_recordings').find().toArray(), UNAUTHORIZED);
    for (const write of Object.values(writes(gateway, 'hook_recordings'))) await assert.rejects(write, UNAUTHORIZED);
  });

  it('may neither read nor write signing keys', async () => {
    await assert.rejects(gateway.collection('signing_keys').find().toArray(), UNAUTHORIZED);
    for (const write of Object.values(writes(gateway, 'signing_keys'))) await assert.rejects(write, UNAUTHORIZED);
  });
});

describe("the signer's user of the store", () => {
  it('reads, adds, changes and indexes signing keys, and may not remove them', async () => {
    const { insert, update, delete: remove, drop, 'make an index of': index } = writes(signer, 'signing_keys');
    assert(insert && update && remove && drop && index);
    await insert();
    await update();
    await index();
    assert.deepEqual(await signer.collection('signing_keys').find().sort({ _id: 1 }).toArray(), [
      { _id: 'new' },
      { _id: 'signing_keys', changed: true },
    ]);
    await assert.rejects(remove, UNAUTHORIZED);
    await assert.rejects(drop, UNAUTHORIZED);
  });

  for (const name of CONFIGURATION) {
    it(`may neither read nor write ${name}`, async () => {
      await assert.rejects(signer.collection(name).find().toArray(), UNAUTHORIZED);
      for (const write of Object.values(writes(signer, name))) await assert.rejects(write, UNAUTHORIZED);
    });
  }
});

describe("management's user of the store", () => {
  for (const name of CONFIGURATION) {
    it(`reads, writes and indexes ${name}, and may not drop it`, async () => {
      const { insert, update, delete: remove, drop, 'make an index of': index } = writes(management, name);
      assert(insert && update && remove && drop && index);
      await insert();
      await update();
      await index();
      await remove();
      assert.deepEqual(await management.collection(name).find().toArray(), [{ _id: 'new' }]);
      await assert.rejects(drop, UNAUTHORIZED);
    });
  }

  it('reads, adds and indexes logs, and may neither change nor remove them', async () => {
    const { insert, update, delete: remove, drop, 'make an index of': index } = writes(management, 'logs');
    assert(insert && update && remove && drop && index);
    await insert();
    await index();
    assert.deepEqual(await management.collection('logs').find().toArray(), [{ _id: 'new' }]);
    for (const write of [update, remove, drop]) await assert.rejects(write, UNAUTHORIZED);
  });

  it('reads, adds, removes and indexes recordings, and may not change them', async () => {
    const { insert, update, delete: remove, drop, 'make an index of': index } = writes(management, 'hook_recordings');
    assert(insert && update && remove && drop && index);
    await insert();
    await index();
    assert.deepEqual(await management.collection('hook_recordings').find().toArray(), [{ _id: 'new' }]);
    for (const write of [update, drop]) await assert.rejects(write, UNAUTHORIZED);
    await remove();
  });

  it('reads and indexes revocations, and writes none', async () => {
    const { 'make an index of': index, ...others } = writes(management, 'revocations');
    assert(index);
    await index();
    await management.collection('revocations').find().toArray();
    for (const write of Object.values(others)) await assert.rejects(write, UNAUTHORIZED);
  });

  it('drops indexes of hooks alone', async () => {
    await management.collection('hooks').dropIndex('changed_1');
    for (const name of ['clients', 'logs'])
      await assert.rejects(management.collection(name).dropIndex('changed_1'), UNAUTHORIZED);
  });

  it('may neither read nor write signing keys', async () => {
    await assert.rejects(management.collection('signing_keys').find().toArray(), UNAUTHORIZED);
    for (const write of Object.values(writes(management, 'signing_keys'))) await assert.rejects(write, UNAUTHORIZED);
  });

  it('prepares a database that is empty, and one of the version before', async () => {
    const owner = await store.connect(store.urls.owner);
    for (const fill of [() => Promise.resolve(), () => writeVersion0(owner)]) {
      for (const name of CONFIGURATION) await owner.collection(name).drop();
      await fill();
      await prepareConfiguration(management);
      assert.equal((await management.collection('tenant').findOne({ version: { $gt: 0 } }))?.version, 4);
    }
    assert.deepEqual(
      (await hooksIn(management).list({}, { skip: 0, limit: 2 })).map(({ id, kind }) => [id, kind]),
      [['hook', 'hook']],
    );
  });
});

describe('the database of another tenant, and of the server itself', () => {
  it('is out of reach of every service', async (t) => {
    for (const url of [store.urls.gateway, store.urls.signer, store.urls.management]) {
      const other = await store.connect(url, 'other');
      await assert.rejects(other.collection('clients').find().toArray(), UNAUTHORIZED);
      await assert.rejects(other.collection('signing_keys').find().toArray(), UNAUTHORIZED);
      const client = new MongoClient(url);
      t.after(() => client.close());
      await assert.rejects(client.db('admin').collection('system.users').find().toArray(), UNAUTHORIZED);
    }
  });
});

describe('the database of a hosted tenant', () => {
  it('has the same rights as the deployment’s own has, and no more', async (t) => {
    const hosting = await startStore({ isHosting: true });
    t.after(() => hosting.stop());
    const own = await hosting.connect(hosting.urls.owner, 'hosted');
    await own.collection<{ _id: string }>('clients').insertOne({ _id: 'one' });
    const [asGateway, asSigner, asManagement] = await Promise.all(
      (['gateway', 'signer', 'management'] as const).map((user) => hosting.connect(hosting.urls[user], 'hosted')),
    );
    assert.ok(asGateway !== undefined && asSigner !== undefined && asManagement !== undefined);
    assert.equal(await asGateway.collection('clients').countDocuments(), 1);
    for (const write of Object.values(writes(asGateway, 'clients'))) await assert.rejects(write, UNAUTHORIZED);
    await assert.rejects(asGateway.collection('signing_keys').find().toArray(), UNAUTHORIZED);
    await assert.rejects(asSigner.collection('clients').find().toArray(), UNAUTHORIZED);
    await assert.rejects(asManagement.collection('signing_keys').find().toArray(), UNAUTHORIZED);
    await assert.rejects(asGateway.dropDatabase(), UNAUTHORIZED);
    await assert.rejects(asSigner.dropDatabase(), UNAUTHORIZED);
    assert.equal(await asManagement.dropDatabase(), true);
  });
});

describe('whoever has no user of the store', () => {
  it('reads nothing and writes nothing', async (t) => {
    const client = new MongoClient(store.server.url);
    t.after(() => client.close());
    const db = client.db(databaseName(TENANT));
    for (const name of [...CONFIGURATION, 'signing_keys']) {
      await assert.rejects(db.collection(name).find().toArray(), {
        name: 'MongoServerError',
        codeName: 'Unauthorized',
      });
      for (const write of Object.values(writes(db, name))) {
        await assert.rejects(write, { name: 'MongoServerError', codeName: 'Unauthorized' });
      }
    }
  });

  it('is refused with a wrong password', async (t) => {
    const client = new MongoClient(store.urls.signer.replace(/:[^:@]+@/, ':wrong@'));
    t.after(() => client.close());
    await assert.rejects(client.connect(), { name: 'MongoServerError', codeName: 'AuthenticationFailed' });
  });
});

describe('the environment of a process that runs hooks', { skip: process.platform !== 'linux' }, () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ env: { A_SECRET_OF_THE_LAUNCHER: 'secret' } });
  });
  after(() => stack.stop());

  const environmentOf = (pid: number): Record<string, string> =>
    Object.fromEntries(
      readFileSync(`/proc/${String(pid)}/environ`, 'utf8')
        .split('\0')
        .filter((entry) => entry !== '')
        .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );

  it('has no secret of the installation, and nothing of the store', () => {
    const [pid = 0, ...others] = stack.pidsOf('hook-executor');
    assert.deepEqual(others, []);
    const environment = environmentOf(pid);
    const inherited = /^(PATH|HOME|TZ|TMPDIR|NODE_EXTRA_CA_CERTS|LOG_LEVEL|OTEL_.*|NODE_CHANNEL_.*)$/;
    assert.deepEqual(
      Object.keys(environment)
        .filter((name) => !inherited.test(name))
        .sort(),
      [
        'HOOKMINT_EGRESS_ALLOWED_ADDRESSES',
        'HOOKMINT_SECRETS_DIR',
        'HOOKMINT_TENANT',
        'LOG_FORMAT',
        'NODE_COMPILE_CACHE',
      ],
    );
  });

  it('is empty in the sandbox, but for the folder that bubblewrap puts it in', () => {
    const pids = stack.pidsOf('sandbox');
    assert.notEqual(pids.length, 0);
    for (const pid of pids) {
      assert.deepEqual(
        Object.entries(environmentOf(pid)).filter(([name, value]) => name !== 'PWD' || value !== '/'),
        [],
      );
    }
  });
});
