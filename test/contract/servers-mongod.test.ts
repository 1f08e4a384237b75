import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { MongoClient } from 'mongodb';
import type { RunningServer, ServerExit } from '../../deploy/local/servers/child-server.ts';
import { ensureMongoUsers, type MongoUser } from '../../deploy/local/servers/mongo-users.ts';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import { mongodExitError } from '../../deploy/local/servers/mongod-exit.ts';
import { startMongod } from '../../deploy/local/servers/run-mongod.ts';
import { temporaryDir } from './servers-fixtures.ts';

const owner = { user: 'owner', password: 'owner-password' };
const reader: MongoUser = {
  user: 'reader',
  password: 'reader-password',
  database: 'app',
  privileges: [{ collection: 'clients', actions: ['find'] }],
};
const writer: MongoUser = {
  user: 'writer',
  password: 'writer-password',
  database: 'app',
  privileges: [{ collection: 'clients', actions: ['find', 'insert', 'createIndex'] }],
};

const dataDir = temporaryDir();
let binary: string;
let server: RunningServer;

async function as<T>(
  { user, password }: { user: string; password: string },
  authSource: string,
  use: (client: MongoClient) => Promise<T>,
): Promise<T> {
  const client = new MongoClient(server.url, { auth: { username: user, password }, authSource });
  return use(client).finally(() => client.close());
}

const clients = (client: MongoClient) => client.db('app').collection<{ _id: string }>('clients');

before(async () => {
  binary = (await obtainMongod({ report: () => undefined })).path;
  server = await startMongod({ binary, dataDir });
  await ensureMongoUsers({ url: server.url, owner, users: [reader, writer] });
});
after(() => server.stop());

describe('mongod', () => {
  it('refuses who does not authenticate', async (t) => {
    const client = new MongoClient(server.url);
    t.after(() => client.close());
    await assert.rejects(clients(client).findOne(), { code: 13 });
    await assert.rejects(client.db('admin').command({ createUser: 'x', pwd: 'x', roles: ['root'] }), { code: 13 });
  });

  it('lets each user do what its privileges say, and no more', async () => {
    await as(writer, 'app', async (client) => {
      await clients(client).insertOne({ _id: 'a' });
      await clients(client).createIndex({ name: 1 });
      await assert.rejects(clients(client).deleteOne({ _id: 'a' }), { code: 13 });
      await assert.rejects(client.db('app').collection('other').findOne(), { code: 13 });
      await assert.rejects(client.db('elsewhere').collection('clients').findOne(), { code: 13 });
    });
    await as(reader, 'app', async (client) => {
      assert.deepEqual(await clients(client).findOne(), { _id: 'a' });
      await assert.rejects(clients(client).insertOne({ _id: 'b' }), { code: 13 });
    });
    await as(owner, 'admin', (client) => clients(client).deleteMany({}));
  });

  it('brings users to changed privileges and passwords', async () => {
    const grown: MongoUser = {
      ...reader,
      password: 'changed',
      privileges: [{ collection: 'clients', actions: ['find', 'remove'] }],
    };
    await ensureMongoUsers({ url: server.url, owner, users: [grown] });
    await as(grown, 'app', (client) => clients(client).deleteOne({ _id: 'none' }));
    await assert.rejects(
      as(reader, 'app', (client) => clients(client).findOne()),
      { code: 18 },
    );
    await ensureMongoUsers({ url: server.url, owner, users: [reader] });
    await assert.rejects(
      as(reader, 'app', (client) => clients(client).deleteOne({ _id: 'none' })),
      { code: 13 },
    );
  });

  it('says when the owner is not the one of the data folder', async () => {
    const other = { ...owner, password: 'other' };
    await assert.rejects(ensureMongoUsers({ url: server.url, owner: other, users: [] }), {
      name: 'ServerStartError',
      code: 'OWNER_REFUSED',
    });
  });

  it('names the port when it is taken, even by another mongod', async (t) => {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    t.after(() => listener.close());
    const { port } = listener.address() as { port: number };
    for (const taken of [port, server.port]) {
      await assert.rejects(startMongod({ binary, dataDir: temporaryDir(), port: taken }), {
        code: 'PORT_TAKEN',
        message: `mongod cannot start: port ${taken} on 127.0.0.1 is already taken.`,
      });
    }
  });

  it('says when another mongod holds the data folder', async () => {
    await assert.rejects(startMongod({ binary, dataDir }), {
      code: 'DATA_DIR_IN_USE',
      message: `mongod cannot start: another mongod is already running on the data folder ${dataDir}.`,
    });
  });

  it('comes back with its data after kill -9, on the same port', async () => {
    await as(writer, 'app', (client) =>
      clients(client).insertOne({ _id: 'kept' }, { writeConcern: { journal: true } }),
    );
    const exits: ServerExit[] = [];
    await server.stop();
    server = await startMongod({ binary, dataDir, port: server.port, onExit: (exit) => exits.push(exit) });
    const gone = new Promise((resolve) => server.process.once('exit', resolve));
    server.process.kill('SIGKILL');
    await gone;

    server = await startMongod({ binary, dataDir, port: server.port });
    assert.deepEqual(
      exits.map(({ signal }) => signal),
      ['SIGKILL'],
    );
    assert.deepEqual(await as(reader, 'app', (client) => clients(client).findOne({ _id: 'kept' })), { _id: 'kept' });
  });
});

describe('a mongod that ends while starting', () => {
  const cases = {
    DISK_FULL: '"error":"... No space left on device"',
    DATA_DIR_UNUSABLE: 'Attempted to create a lock file on a read-only directory: /data',
    DATA_DIR_OTHER_VERSION: '"msg":"** UPGRADE PROBLEM: Found an invalid featureCompatibilityVersion document"',
    START_FAILED: 'mongod: error while loading shared libraries: libcurl.so.4',
  };
  for (const [code, log] of Object.entries(cases)) {
    it(`is explained: ${code}`, () => {
      const exit = { code: 1, signal: null, lastLines: log };
      const error = mongodExitError(exit, { log, dataDir: '/data', port: 27017, noSpace: false });
      assert.equal(error.code, code);
      assert.equal(error.message.split('\n').length, 1);
    });
  }
});
