import './quiet.ts';
import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { startNats } from '../../deploy/local/servers/run-nats.ts';
import type { RunningServer } from '../../deploy/local/servers/child-server.ts';
import { keepLogs } from '../../services/management/logs/keep-logs.ts';
import { LogNotes } from '../../services/management/logs/log-notes.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { createEventPublisher, type EventPublisher } from '../../shared/bus/event-publisher.ts';
import { ensureEventsStream, MANAGEMENT_CONSUMER } from '../../shared/bus/streams/events.ts';
import { logsIn, type StoredLog } from '../../shared/store/logs.ts';
import { EVENTS_STREAM } from '../../shared/subjects/events.ts';
import { until } from '../support/until.ts';
import { natsBinary } from './bus-fixtures.ts';
import { temporaryDir } from './servers-fixtures.ts';
import { startStore, type StoreServer } from './store-fixtures.ts';

// Whoever has the NATS node, or the user that sets the streams up, changes the stream of audit events while nobody reads it.

const KEY = createSecretKey(randomBytes(32));
const SUBJECT = 'hookmint.demo.token.issued';

let store: StoreServer;
before(async () => {
  store = await startStore();
});
after(() => store.stop());

/** A server of its own, a database of its own, and what is done to them. */
async function open(t: TestContext) {
  const [binary, dataDir, db] = [await natsBinary(), temporaryDir(), await store.emptyDatabase()];
  await logsIn(db).createIndexes(30);
  let server: RunningServer = await startNats({ binary, dataDir });
  const { port } = server;
  let setup = await connectBus('setup', { NATS_URL: server.url });
  await ensureEventsStream(setup);
  const connections: NatsConnection[] = [];
  t.after(async () => {
    await Promise.all([setup, ...connections].map((connection) => connection.close())).finally(() => server.stop());
  });
  let lastId = 0;
  const manager = async () => jetstreamManager(setup);
  const lastSequence = async () => (await (await manager()).streams.info(EVENTS_STREAM)).state.last_seq;
  return {
    dataDir,
    setup: () => setup,
    manager,
    gateway: async (): Promise<EventPublisher> => {
      const connection = await connectBus('gateway', { NATS_URL: server.url });
      connections.push(connection);
      return createEventPublisher(connection, 'demo', KEY);
    },
    /** Has a message stored for each event. */
    publish: async (publisher: EventPublisher, count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        const stored = await lastSequence();
        publisher.publish({ type: 'token.issued', id: `event-${String(++lastId)}`, time_ms: lastId, duration_ms: 1 });
        await until('it is stored', async () => (await lastSequence()) > stored);
      }
    },
    publishTogether: (publisher: EventPublisher, count: number): void => {
      for (let n = 0; n < count; n++) {
        publisher.publish({ type: 'token.issued', id: `event-${String(++lastId)}`, time_ms: lastId, duration_ms: 1 });
      }
    },
    lastSequence,
    /** Management runs until it has read all there is; gives the ids of events and the gaps that logs tell of, in all so far. */
    read: async (): Promise<{ events: string[]; gaps: unknown[]; warnings: number }> => {
      const connection = await connectBus('management', { NATS_URL: server.url });
      const own = { db, hostname: 'localhost', notes: new LogNotes() };
      const logs = keepLogs({
        bus: connection,
        api: {},
        own,
        of: () => Promise.resolve(own),
        keyOf: () => KEY,
        mayAdd: () => true,
      });
      await until('all is read', async () => {
        const { num_pending, num_ack_pending } = await (
          await manager()
        ).consumers.info(EVENTS_STREAM, MANAGEMENT_CONSUMER);
        return num_pending === 0 && num_ack_pending === 0;
      });
      await logs.close();
      await connection.close();
      const entries = await db.collection<StoredLog>('logs').find().sort({ _id: 1 }).toArray();
      return {
        events: entries.filter(({ type }) => type !== 'w').map(({ event_id }) => event_id),
        gaps: entries.filter(({ type }) => type === 'w').map(({ details }) => JSON.parse(details) as unknown),
        warnings: logs.warnings().length,
      };
    },
    /** The server's files are put back to what they were at `backup`. */
    restoreFiles: async (backup: string): Promise<void> => {
      await setup.close();
      await server.stop();
      rmSync(join(dataDir, 'jetstream'), { recursive: true });
      cpSync(backup, join(dataDir, 'jetstream'), { recursive: true });
      server = await startNats({ binary, dataDir, port });
      setup = await connectBus('setup', { NATS_URL: server.url });
      await until('publishers are back', () =>
        Promise.all(connections.map((connection) => connection.flush())).then(
          () => true,
          () => false,
        ),
      );
    },
    stopServer: () => server.stop(),
    startServer: async () => {
      server = await startNats({ binary, dataDir, port });
    },
  };
}

const ids = (count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, index) => `event-${String(from + index)}`);

describe('the audit of several publishers', () => {
  it('tells of nothing where nothing was done, over restarts of management and of gateways', async (t) => {
    const world = await open(t);
    const [one, two] = [await world.gateway(), await world.gateway()];
    await world.publish(one, 3);
    await world.publish(two, 2);
    await world.read();
    await world.publish(one, 2);
    await one.close();
    const three = await world.gateway();
    await world.publish(three, 2);
    await world.publish(two, 1);
    assert.deepEqual(await world.read(), { events: ids(10), gaps: [], warnings: 0 });
  });

  it('keeps in their order the events that share a message, and with them what is missing before', async (t) => {
    const world = await open(t);
    const gateway = await world.gateway();
    await world.publish(gateway, 1);
    await world.read();
    await world.publish(gateway, 1);
    world.publishTogether(gateway, 2_500);
    await gateway.close();
    assert.equal(await world.lastSequence(), 5);
    await (await world.manager()).streams.deleteMessage(EVENTS_STREAM, 2, true);
    const { events, gaps } = await world.read();
    assert.deepEqual(events, [...ids(1), ...ids(2_500, 3)]);
    assert.deepEqual(gaps, [{ kind: 'missing', first: 2, last: 2 }]);
  });

  it('tells which message was deleted', async (t) => {
    const world = await open(t);
    const gateway = await world.gateway();
    await world.publish(gateway, 2);
    await world.read();
    await world.publish(gateway, 4);
    await (await world.manager()).streams.deleteMessage(EVENTS_STREAM, 4, true);
    const { events, gaps, warnings } = await world.read();
    assert.deepEqual(events, [...ids(3), ...ids(2, 5)]);
    assert.deepEqual([gaps, warnings], [[{ kind: 'missing', first: 4, last: 4 }], 1]);
  });

  it('tells of a purge to each publisher it took from', async (t) => {
    const world = await open(t);
    const [one, two] = [await world.gateway(), await world.gateway()];
    await world.publish(one, 1);
    await world.publish(two, 1);
    await world.read();
    await world.publish(one, 2);
    await world.publish(two, 1);
    await (await world.manager()).streams.purge(EVENTS_STREAM);
    await world.publish(one, 1);
    await world.publish(two, 1);
    const { events, gaps } = await world.read();
    assert.deepEqual(events, [...ids(2), ...ids(2, 6)]);
    assert.deepEqual(gaps.length, 2);
    assert.deepEqual(gaps[0], { kind: 'missing', first: 3, last: 5 });
    assert.partialDeepStrictEqual(gaps[1], { kind: 'removed', first: 2, last: 2 });
  });

  it('tells what was replaced and what was left out of a stream that was written anew', async (t) => {
    const world = await open(t);
    const gateway = await world.gateway();
    await world.publish(gateway, 1);
    await world.read();
    await world.publish(gateway, 5);
    const { streams } = await world.manager();
    const kept: string[] = [];
    for (let seq = 1; seq <= 6; seq++) {
      kept.push(new TextDecoder().decode((await streams.getMessage(EVENTS_STREAM, { seq }))?.data));
    }
    await streams.delete(EVENTS_STREAM);
    await ensureEventsStream(world.setup());
    const [, second = '', , fourth = '', ...rest] = kept;
    for (const text of [second, fourth.replace('event-4', 'event-x'), ...rest]) {
      await jetstream(world.setup()).publish(SUBJECT, text);
    }
    const { events, gaps } = await world.read();
    assert.deepEqual(events, [...ids(2), 'event-x', ...ids(2, 5)]);
    assert.partialDeepStrictEqual(gaps, [
      { kind: 'anew' },
      { kind: 'unproven', sequence: 2 },
      { kind: 'removed', first: 3, last: 4 },
    ]);
  });

  it('tells that the stream was restored from an older backup, and makes logs of what comes after', async (t) => {
    const world = await open(t);
    const gateway = await world.gateway();
    await world.publish(gateway, 2);
    await world.read();
    const backup = temporaryDir();
    await world.stopServer();
    cpSync(join(world.dataDir, 'jetstream'), backup, { recursive: true });
    await world.startServer();
    await until('it is back', () => world.setup().flush().then(() => true, () => false)); // prettier-ignore
    await world.publish(gateway, 3);
    assert.deepEqual(await world.read(), { events: ids(5), gaps: [], warnings: 0 });
    await world.publish(gateway, 2);
    await world.restoreFiles(backup);
    await world.publish(gateway, 2);
    const { events, gaps } = await world.read();
    assert.deepEqual(events, [...ids(5), ...ids(2, 8)]);
    assert.partialDeepStrictEqual(gaps, [
      { kind: 'put_back', from: 5, to: 3 },
      { kind: 'removed', first: 6, last: 7 },
    ]);
  });

  it('tells of one that is not from a publisher, once, and goes on', async (t) => {
    const world = await open(t);
    const gateway = await world.gateway();
    await world.publish(gateway, 1);
    await world.read();
    const client = jetstream(world.setup());
    for (const id of ['x', 'y']) {
      const event = { type: 'token.issued', id, time_ms: 1, duration_ms: 1 };
      await client.publish(SUBJECT, JSON.stringify({ events: [event] }));
    }
    await world.publish(gateway, 1);
    assert.deepEqual(await world.read(), {
      events: ['event-1', 'x', 'y', 'event-2'],
      gaps: [{ kind: 'unproven', sequence: 2 }],
      warnings: 1,
    });
  });

  it('tells what a publisher gave up itself, apart from what was taken', async (t) => {
    const world = await open(t);
    const gateway = await world.gateway();
    await world.publish(gateway, 1);
    await world.read();
    gateway.publish({ type: 'token.issued', id: 'large', time_ms: 1, duration_ms: 1, client_name: 'x'.repeat(2e6) });
    await world.publish(gateway, 1);
    const { events, gaps } = await world.read();
    assert.deepEqual(events, ids(2));
    assert.partialDeepStrictEqual(gaps, [{ kind: 'dropped', events: 1 }]);
  });
});
