import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Db, Document } from 'mongodb';
import type { NatsConnection } from '@nats-io/transport-node';
import { fit, keepRecordings } from '../../services/management/recordings/keep-recordings.ts';
import { NO_RECORDING } from '../../shared/domain/recording.ts';
import { RecordingPublicKey } from '../../shared/recording-seal.ts';
import { recordingKeyIn, recordingsIn } from '../../shared/store/recordings.ts';
import { tenantIn } from '../../shared/store/tenant.ts';
import { hookRecordedSubject, type HookRecorded } from '../../shared/subjects/hook-recorded.ts';
import { until } from '../support/until.ts';
import { startBusWithUsers, type Bus } from './bus-fixtures.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

const TENANT = 'demo';
const MIB = 1_048_576;
const CLIENT = 'recorded';
const publicKey = RecordingPublicKey.parse(generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }));

let bus: Bus;
let store: StoreServer;
let db: Db;
let management: NatsConnection;
let gateway: NatsConnection;
before(async () => {
  [bus, store] = await Promise.all([startBusWithUsers(), startStore()]);
  [management, gateway] = await Promise.all([bus.connect('management'), bus.connect('gateway')]);
});
beforeEach(async () => {
  db = await store.emptyDatabase();
  await db.collection<{ _id: string }>('clients').insertOne({ _id: CLIENT });
});
after(() => Promise.all([bus.stop(), store.stop()]));

const recordings = () => recordingsIn(db);
const ids = async (): Promise<string[]> =>
  (await recordings().list({}, { skip: 0, limit: 1_000 })).map(({ id }) => id).sort();

const recording = (id: string, bytes = 10, client_id = CLIENT, at = Date.now()) => ({
  id,
  at: new Date(at),
  client_id,
  audience: 'a',
  key: 'k',
  sealed: Buffer.alloc(bytes, 1),
});

/** As a gateway sends them. */
function send(...sent: ReturnType<typeof recording>[]): void {
  const message: HookRecorded = {
    key: 'k',
    recordings: sent.map(({ id, at, client_id, audience, sealed }) => ({
      id,
      time_ms: at.getTime(),
      client_id,
      audience,
      sealed: sealed.toString('base64'),
    })),
  };
  gateway.publish(hookRecordedSubject(TENANT), JSON.stringify(message));
}

async function keeping(work: () => Promise<void>): Promise<void> {
  const keeper = keepRecordings({ bus: management, tenant: TENANT, db, publicKey });
  try {
    await management.flush();
    await work();
  } finally {
    keeper.close();
  }
}

/** What MongoDB did for the commands of `work` that read recordings. */
async function profiled(work: () => Promise<unknown>): Promise<Document[]> {
  await db.command({ profile: 2 });
  await work();
  await db.command({ profile: 0 });
  const found = await db
    .collection('system.profile')
    .find({ ns: `${db.databaseName}.hook_recordings` })
    .toArray();
  await db.collection('system.profile').drop();
  return found.filter(({ op }) => op === 'query' || op === 'command');
}

describe('recordings in MongoDB', () => {
  it('are counted, listed, and found by age without a sort, and without what is sealed where it is not asked for', async () => {
    await recordings().createIndexes();
    const now = Date.now();
    const all = Array.from({ length: 300 }, (_, n) =>
      recording(`r${String(n)}`, 10, `c${String(n % 50)}`, now - n * 9),
    );
    await recordings().add(all);
    const [since, page] = [new Date(now - 1_000_000), { skip: 0, limit: 10 }];
    const before = { at: new Date(now - 900), id: 'r100' };
    const of = ['c1', 'c2'];
    for (const [what, work, examined] of [
      ['all bytes', () => recordings().bytes(), 0],
      ['those since', () => recordings().size({ since }), 0],
      ['those of clients', () => recordings().size({ since, clientIds: of }), 0],
      ['a page', () => recordings().list({ since }, page), 10],
      // And one of the same moment, which is on the page before.
      ['a later page', () => recordings().list({ since, before }, page), 11],
      ['a page of clients', () => recordings().list({ since, clientIds: of }, page), 10],
      ['entries of clients', () => recordings().entries({ since, clientIds: of }, page), 10],
      ['the oldest', () => recordings().removeOldest(1), 0],
    ] as const) {
      const [command] = await profiled(work);
      assert(command !== undefined, what);
      assert.deepEqual([command.docsExamined, command.hasSortStage ?? false], [examined, false], what);
    }
    assert.equal((await recordings().entries({ before }, page))[0]?.id, 'r101');
  });

  it('where their bytes cannot be told, the oldest go for what came', async () => {
    await recordings().createIndexes();
    const now = Date.now();
    await recordings().add(Array.from({ length: 5 }, (_, n) => recording(`r${String(n)}`, 1_000, CLIENT, now - n)));
    // What counts them is told to read the index alone.
    await db.collection('hook_recordings').dropIndexes();
    await fit(db, { addedBytes: 2_000 });
    assert.deepEqual(await ids(), ['r0', 'r1', 'r2']);
  });
});

describe('what a gateway sends to be recorded', () => {
  it('is checked and counted where an id is there twice', async () => {
    await tenantIn(db).changeSettings((now) => ({ ...now, recording: { ...NO_RECORDING, max_mib: 1 } }));
    await keeping(async () => {
      const gone = recording('gone', 10, 'nobody');
      send(gone, gone, recording('one'));
      await until('those of nobody are gone', async () => (await ids()).join() === 'one');
      // Before the next minute, when all is looked at.
      for (let n = 0; n < 12; n++) {
        const large = recording(`large-${String(n)}`, 98_000);
        send(large, large);
        await until('it is recorded', async () => (await ids()).includes(large.id));
      }
      await until('the oldest are gone', async () => (await recordings().bytes()) <= MIB, 20_000);
    });
  });

  it('removes none of another client by having its id', async () => {
    await keeping(async () => {
      send(recording('one'));
      await until('it is recorded', async () => (await ids()).length === 1);
      send(recording('one', 10, 'nobody'), recording('gone', 10, 'nobody'), recording('two'));
      await until('those of nobody are gone', async () => (await ids()).join() === 'one,two');
    });
  });

  it('has a date, and none to come', async () => {
    await keeping(async () => {
      const now = Date.now();
      const dated = (id: string, time_ms: number) => ({ ...recording(id), at: { getTime: () => time_ms } as Date });
      send(dated('never', -1e300), dated('late', 1e300));
      await until('they are recorded', async () => (await ids()).length === 2);
      const [late, never] = await recordings().entries({}, { skip: 0, limit: 2 });
      assert.equal(never?.at.getTime(), 0);
      assert(late !== undefined && Math.abs(late.at.getTime() - now) < 60_000);
    });
  });

  it('is not read when it is too long', async () => {
    await keeping(async () => {
      send(...Array.from({ length: 18 }, (_, n) => recording(`long-${String(n)}`, 98_000)));
      send(recording('short'));
      await until('what came later is recorded', async () => (await ids()).includes('short'));
      assert.deepEqual(await ids(), ['short']);
    });
  });

  it('is kept as soon as MongoDB allows it', async () => {
    await db.collection('hook_recordings').createIndex({ at: 1, _id: 1, bytes: 1 }, { name: 'in the way' }, {});
    await keeping(async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(await recordingKeyIn(db).find(), undefined);
      await db.collection('hook_recordings').dropIndexes();
      await until('gateways can seal', async () => (await recordingKeyIn(db).find()) !== undefined, 20_000);
      send(recording('one'));
      await until('it is recorded', async () => (await ids()).length === 1);
    });
  });
});
