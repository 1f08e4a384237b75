import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { createSecretKey, randomBytes } from 'node:crypto';
import { createEventPublisher } from '../../shared/bus/event-publisher.ts';
import { ensureStreams } from '../../shared/bus/streams/ensure-streams.ts';
import { ASSERTIONS_STREAM } from '../../shared/subjects/assertion-used.ts';
import { EVENTS_STREAM } from '../../shared/subjects/events.ts';
import { startBusWithUsers, type Bus } from '../contract/bus-fixtures.ts';

/** The account may have no third stream. */
const OTHER = ASSERTIONS_STREAM;
const DIVERTED = 'hookmint.*.token.issued';
const SETTLE_MS = 600;

let bus: Bus;
let manager: JetStreamManager;
before(async () => {
  bus = await startBusWithUsers();
  const setup = await bus.connect('setup');
  await ensureStreams(setup, {
    NATS_URL: bus.url,
    NATS_NKEY_SEED: bus.seeds.setup,
    NATS_STORAGE_NKEY_SEED: bus.seeds['setup-storage'],
  });
  manager = await jetstreamManager(setup);
});
after(() => bus.stop());

const messagesOf = async (stream: string): Promise<number> => (await manager.streams.info(stream)).state.messages;

test('events that the seed of setup has another stream take are kept until the stream of events takes them', async () => {
  const { config } = await manager.streams.info(EVENTS_STREAM);
  await manager.streams.update(EVENTS_STREAM, { subjects: config.subjects.filter((subject) => subject !== DIVERTED) });
  const { config: other } = await manager.streams.info(OTHER);
  await manager.streams.update(OTHER, { subjects: [...other.subjects, DIVERTED] });
  const publisher = createEventPublisher(await bus.connect('gateway'), 'demo', createSecretKey(randomBytes(32)));

  publisher.publish({ type: 'token.issued', id: 'diverted', time_ms: Date.now(), duration_ms: 1 });
  await delay(SETTLE_MS);
  assert.equal(await messagesOf(OTHER), 0, 'nothing is in the other stream');

  await manager.streams.update(OTHER, { subjects: other.subjects });
  await manager.streams.update(EVENTS_STREAM, { subjects: config.subjects });
  await publisher.close();
  assert.equal(await messagesOf(EVENTS_STREAM), 1, 'and it is where it belongs');
});
