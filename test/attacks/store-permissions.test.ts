import '../contract/quiet.ts';
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { MongoClient, MongoServerError, type Db, type Document } from 'mongodb';
import { databaseName } from '../../shared/store/connect.ts';
import { startStore, TENANT, type StoreServer } from '../contract/store-fixtures.ts';
import { attackClass } from './attack-class.ts';

// Whoever has the password of one service's user of the store tries what that service never does.

const OWNED = ['gateway', 'signer', 'management'] as const;
type Owned = (typeof OWNED)[number];

const CONFIGURATION = [
  'clients',
  'client_grants',
  'hooks',
  'hook_revisions',
  'hook_bindings',
  'resource_servers',
  'tenant',
];
const ALL = [...CONFIGURATION, 'signing_keys', 'logs'];
const READS: Record<Owned, string[]> = {
  gateway: CONFIGURATION,
  signer: ['signing_keys'],
  management: [...CONFIGURATION, 'logs'],
};
const DROPS_INDEXES = ['hooks'];
/** When they expire, management must be able to say. */
const CHANGES_EXPIRY = ['logs'];
/** How full the disk is, management must know. */
const MEASURES_DISK: Owned = 'management';
/** A collection that each may read. */
const OWN: Record<Owned, string> = { gateway: 'clients', signer: 'signing_keys', management: 'clients' };
/** One that it may not. */
const FOREIGN: Record<Owned, string> = { gateway: 'signing_keys', signer: 'clients', management: 'signing_keys' };

const UNAUTHORIZED = 13;

let store: StoreServer;
let content: string;
const clients: Partial<Record<Owned, MongoClient>> = {};
before(async () => {
  store = await startStore();
  const owner = await store.connect(store.urls.owner);
  for (const name of ALL) await owner.collection<{ _id: string }>(name).insertOne({ _id: name });
  const other = await store.connect(store.urls.owner, 'other');
  await other.collection<{ _id: string }>('clients').insertOne({ _id: 'of another tenant' });
  for (const user of OWNED) clients[user] = await MongoClient.connect(store.urls[user]);
  content = await contentOf(owner);
});
after(async () => {
  const left = await contentOf(await store.connect(store.urls.owner));
  for (const user of OWNED) await clients[user]?.close();
  await store.stop();
  assert.equal(left, content);
});

async function contentOf(db: Db): Promise<string> {
  const found: unknown[] = [];
  const collections = await db.listCollections().toArray();
  for (const { name } of collections.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!name.startsWith('system.'))
      found.push([name, await db.collection(name).find().toArray(), await db.collection(name).indexes()]);
  }
  return JSON.stringify(found);
}

function databaseOf(user: Owned, name = databaseName(TENANT)): Db {
  const client = clients[user];
  if (client === undefined) throw new Error('the store has not started');
  return client.db(name);
}

/** Refused for want of the right, or because the server runs no JavaScript. */
async function refused(body: Promise<unknown>): Promise<void> {
  await assert.rejects(body, (error) => {
    assert(error instanceof MongoServerError, String(error));
    assert(
      error.code === UNAUTHORIZED || /javascript|scripting|server-side js|global.*engine/i.test(error.message),
      error.message,
    );
    return true;
  });
}

const command = (user: Owned, body: Document, database?: string): Promise<void> =>
  refused(databaseOf(user, database).command(body));

const pipeline = (user: Owned, on: string | 1, stages: Document[]): Promise<void> =>
  command(user, { aggregate: on, pipeline: stages, cursor: {} });

const read = attackClass("the store: what is another service's is read");
const write = attackClass('the store: what a service never writes is written');
const shape = attackClass('the store: collections and indexes are changed');
const users = attackClass('the store: users and roles');
const server = attackClass('the store: the server is watched, or held up');
const elsewhere = attackClass('the store: other databases');
const through = attackClass('the store: by way of a pipeline or a script');

for (const user of OWNED) {
  const [own, foreign] = [OWN[user], FOREIGN[user]];
  for (const name of ALL.filter((one) => !READS[user].includes(one))) {
    read(`${name} by the ${user}`, async () => {
      await command(user, { find: name });
      await command(user, { count: name });
      await command(user, { distinct: name, key: '_id' });
      await pipeline(user, name, []);
      await pipeline(user, name, [{ $changeStream: {} }]);
    });
  }
  for (const name of ALL) {
    const isWriter = user === 'management' && name !== 'signing_keys';
    const keeps = user === 'signer' && name === 'signing_keys';
    if (!(isWriter && name !== 'logs')) {
      write(`${name} by the ${user}`, async () => {
        if (!isWriter && !keeps) await command(user, { insert: name, documents: [{ _id: 'new' }] });
        if (!keeps) {
          await command(user, { update: name, updates: [{ q: {}, u: { $set: { changed: true } } }] });
          await command(user, { findAndModify: name, query: {}, update: { $set: { changed: true } } });
        }
        await command(user, { delete: name, deletes: [{ q: {}, limit: 0 }] });
        await command(user, { findAndModify: name, query: {}, remove: true });
      });
    }
    shape(`${name} by the ${user}`, async () => {
      await command(user, { drop: name });
      const changesExpiry = isWriter && CHANGES_EXPIRY.includes(name);
      if (!changesExpiry) await command(user, { collMod: name, validator: { never: true } });
      await command(
        user,
        { renameCollection: `${databaseName(TENANT)}.${name}`, to: `${databaseName(TENANT)}.x` },
        'admin',
      );
      await command(user, { convertToCapped: name, size: 4_096 });
      await command(user, { compact: name });
      if (!changesExpiry) await command(user, { listIndexes: name });
      if (!isWriter && !keeps) await command(user, { createIndexes: name, indexes: [{ key: { a: 1 }, name: 'a' }] });
      if (!(isWriter && DROPS_INDEXES.includes(name))) await command(user, { dropIndexes: name, index: 'a' });
    });
  }
  for (const [what, body, database] of [
    ['the database is dropped', { dropDatabase: 1 }],
    ['a collection is made', { create: 'another' }],
    ['a view is made', { create: 'view', viewOn: foreign, pipeline: [] }],
  ] as [string, Document, string?][]) {
    shape(`${what} by the ${user}`, () => command(user, body, database));
  }
  for (const [what, body] of [
    ['users are read', { usersInfo: 1 }],
    ['another user is read', { usersInfo: user === 'signer' ? 'gateway' : 'signer', showCredentials: true }],
    ['a user is made', { createUser: 'x', pwd: 'x', roles: [] }],
    ['its password is changed', { updateUser: user, pwd: 'x' }],
    ['it gives itself a role', { grantRolesToUser: user, roles: ['dbOwner'] }],
    ['its role is widened', { updateRole: user, privileges: [], roles: ['readWrite'] }],
    ['a role is made', { createRole: 'x', privileges: [], roles: [] }],
    ['another user is dropped', { dropUser: user === 'signer' ? 'gateway' : 'signer' }],
    ['all users are dropped', { dropAllUsersFromDatabase: 1 }],
  ] as [string, Document][]) {
    users(`${what} by the ${user}`, () => command(user, body));
  }
  for (const [what, body, database] of [
    ['status', { serverStatus: 1 }, 'admin'],
    ["others' operations", { currentOp: 1, $all: true }, 'admin'],
    [
      "others' operations in a pipeline",
      { aggregate: 1, pipeline: [{ $currentOp: { allUsers: true } }], cursor: {} },
      'admin',
    ],
    ["others' sessions", { aggregate: 1, pipeline: [{ $listLocalSessions: { allUsers: true } }], cursor: {} }, 'admin'],
    ['all sessions are ended', { killAllSessions: [] }, 'admin'],
    ['the log', { getLog: 'global' }, 'admin'],
    ['its command line', { getCmdLineOpts: 1 }, 'admin'],
    ['its machine', { hostInfo: 1 }, 'admin'],
    ['its parameters', { getParameter: '*' }, 'admin'],
    ['a parameter is set', { setParameter: 1, logLevel: 5 }, 'admin'],
    ['profiling', { profile: 2 }],
    ['what was profiled', { find: 'system.profile' }],
    ['it is locked', { fsync: 1, lock: true }, 'admin'],
    ['it is stopped', { shutdown: 1, force: true }, 'admin'],
    ['its log is turned over', { logRotate: 1 }, 'admin'],
    ['the replica set', { replSetGetStatus: 1 }, 'admin'],
    ['the primary steps down', { replSetStepDown: 60 }, 'admin'],
    ['figures of another database', { dbStats: 1 }, databaseName('other')],
    ...(user === MEASURES_DISK ? [] : [['figures of the database', { dbStats: 1 }]]),
    ['figures of a collection', { collStats: own }],
    ['a collection is validated', { validate: own, full: true }],
    ['top', { top: 1 }, 'admin'],
  ] as [string, Document, string?][]) {
    server(`${what} by the ${user}`, () => command(user, body, database));
  }
  server(`an operation of another is ended by the ${user}`, async () => {
    const owner = databaseOf(user);
    await refused(owner.admin().command({ killOp: 1, op: 1 }));
  });
  for (const [database, name] of [
    [databaseName('other'), 'clients'],
    ['admin', 'system.users'],
    ['admin', 'system.roles'],
    ['local', 'oplog.rs'],
    ['local', 'startup_log'],
    ['config', 'system.sessions'],
  ] as const) {
    elsewhere(`${database}.${name} by the ${user}`, async () => {
      await command(user, { find: name }, database);
      await command(user, { insert: name, documents: [{ a: 1 }] }, database);
    });
  }
  elsewhere(`the names of the others' by the ${user}`, async () => {
    const { databases } = await databaseOf(user, 'admin').admin().listDatabases();
    assert.deepEqual(
      databases.map(({ name }) => name),
      [databaseName(TENANT)],
    );
  });
  const script = { lang: 'js', args: [], body: 'function () { return 1; }' };
  for (const [what, stages] of [
    ['$lookup', [{ $lookup: { from: foreign, localField: 'a', foreignField: 'a', as: 'found' } }]],
    [
      '$graphLookup',
      [{ $graphLookup: { from: foreign, startWith: 1, connectFromField: 'a', connectToField: 'a', as: 'found' } }],
    ],
    ['$unionWith', [{ $unionWith: foreign }]],
    ['$lookup within $facet', [{ $facet: { a: [{ $lookup: { from: foreign, pipeline: [], as: 'found' } }] } }]],
    ['$out', [{ $out: foreign }]],
    ['$out into a database of others', [{ $out: { db: databaseName('other'), coll: 'clients' } }]],
    ['$merge', [{ $merge: { into: foreign } }]],
    ['$merge into a database of others', [{ $merge: { into: { db: databaseName('other'), coll: 'clients' } } }]],
    ['$collStats', [{ $collStats: { storageStats: {} } }]],
    ['$indexStats', [{ $indexStats: {} }]],
    ['$planCacheStats', [{ $planCacheStats: {} }]],
    ['$function', [{ $project: { a: { $function: script } } }]],
    [
      '$accumulator',
      [
        {
          $group: {
            _id: 1,
            a: {
              $accumulator: {
                lang: 'js',
                init: script.body,
                accumulate: script.body,
                accumulateArgs: [],
                merge: script.body,
              },
            },
          },
        },
      ],
    ],
    ['changes of all collections', [{ $changeStream: { allChangesForCluster: true } }]],
    ['changes', [{ $changeStream: {} }]],
  ] as [string, Document[]][]) {
    through(`${what} by the ${user}`, () => pipeline(user, own, stages));
  }
  through(`$where by the ${user}`, () =>
    command(user, { find: own, filter: { $where: 'while (true) {}' }, maxTimeMS: 2_000 }),
  );
  through(`mapReduce by the ${user}`, () =>
    command(user, {
      mapReduce: own,
      map: 'function () { emit(1, 1); }',
      reduce: 'function () { return 1; }',
      out: { inline: 1 },
    }),
  );
  through(`changes of the database by the ${user}`, () => pipeline(user, 1, [{ $changeStream: {} }]));
}
