import './quiet.ts';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { startBusServer } from '../../deploy/local/bus-server.ts';
import { BUS_USERS, type BusUser, type LocalSecrets } from '../../deploy/local/local-secrets.ts';
import { startNats } from '../../deploy/local/servers/run-nats.ts';
import { busDocuments } from '../../services/hook-executor/storage/bus-documents.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { ensureStreams } from '../../shared/bus/streams/ensure-streams.ts';
import { eventsApi, MANAGEMENT_CONSUMER } from '../../shared/bus/streams/events.ts';
import { EVENTS_STREAM } from '../../shared/subjects/events.ts';
import { natsBinary, newSeed } from './bus-fixtures.ts';
import { temporaryDir } from './servers-fixtures.ts';

const seeds = Object.fromEntries(BUS_USERS.map((user) => [user, newSeed()])) as LocalSecrets['nats_nkey_seeds'];

/** What each stream holds, and how far management has read the events. */
async function held(events: NatsConnection, storage: NatsConnection): Promise<unknown> {
  const counts = async (connection: NatsConnection) => {
    const { streams } = await jetstreamManager(connection);
    const found: [string, number, number][] = [];
    for await (const { config, state } of streams.list()) found.push([config.name, state.messages, state.last_seq]);
    return found;
  };
  const { ack_floor } = await (await jetstreamManager(events)).consumers.info(EVENTS_STREAM, MANAGEMENT_CONSUMER);
  return { streams: [...(await counts(events)), ...(await counts(storage))].sort(), read: ack_floor.stream_seq };
}

it('the streams of a version without accounts are there afterwards, with what they hold and how far they were read', async () => {
  const [binary, dataDir] = [await natsBinary(), temporaryDir()];
  const plain = await startNats({ binary, dataDir });
  const before = await connectBus('setup', { NATS_URL: plain.url });
  await ensureStreams(before, { NATS_URL: plain.url });
  const client = jetstream(before);
  for (const type of ['issued', 'denied', 'failed']) await client.publish(`hookmint.demo.token.${type}`, type);
  await client.publish('hookmint.demo.assertion.used.hash', '');
  await client.publish('hookmint.demo.quota.counted.gateway.client', '{}');
  await busDocuments(before, 'demo').write('hook', '{"runs":7}', 0, 5_000);
  const first = await (await client.consumers.get(EVENTS_STREAM, MANAGEMENT_CONSUMER)).next();
  await first?.ackAck();
  const { streams } = (await held(before, before)) as { streams: unknown[] };
  // One account had all of them, so each was counted twice.
  const expected = { streams: streams.filter((_, index) => index % 2 === 0), read: 1 };
  await before.close();
  await plain.stop();

  for (let time = 1; time <= 2; time++) {
    const server = await startBusServer({ binary, dataDir }, seeds);
    const connect = (user: BusUser): Promise<NatsConnection> =>
      connectBus(user, { NATS_URL: server.url, NATS_NKEY_SEED: seeds[user] });
    const [setup, storage, executor, management] = (await Promise.all(
      (['setup', 'setup-storage', 'hook-executor', 'management'] as const).map(connect),
    )) as [NatsConnection, NatsConnection, NatsConnection, NatsConnection];
    assert.deepEqual(await held(setup, storage), expected);
    await ensureStreams(setup, {
      NATS_URL: server.url,
      NATS_NKEY_SEED: seeds.setup,
      NATS_STORAGE_NKEY_SEED: seeds['setup-storage'],
    });
    assert.deepEqual(await busDocuments(executor, 'demo').read('hook', 5_000), { json: '{"runs":7}', sequence: 1 });
    if (time === 2) {
      const api = eventsApi({ NATS_NKEY_SEED: seeds.management });
      const consumer = await jetstream(management, api).consumers.get(EVENTS_STREAM, MANAGEMENT_CONSUMER);
      assert.equal((await consumer.next())?.string(), 'denied');
    }
    await Promise.all([setup, storage, executor, management].map((connection) => connection.close()));
    await server.stop();
  }
  assert.deepEqual(
    ['HOOKMINT_EVENTS', 'KV_HOOKMINT_STORAGE'].map((name) => existsSync(join(dataDir, 'jetstream/$G/streams', name))),
    [false, false],
  );
});
