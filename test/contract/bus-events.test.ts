import './quiet.ts';
import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, it, type TestContext } from 'node:test';
import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectBus } from '../../shared/bus/connect.ts';
import { createEventPublisher, type EventPublisher } from '../../shared/bus/event-publisher.ts';
import { ensureEventsStream } from '../../shared/bus/streams/events.ts';
import { EVENTS_STREAM, MAX_EVENTS_WAIT_MS, StreamEvents } from '../../shared/subjects/events.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';
import { until } from '../support/until.ts';
import { startNatsWithoutJetStream, startPlainBus, type PlainBus } from './bus-fixtures.ts';

const MAX_WAITING = 20_000;
const READ_WITHIN_MS = 60_000;

let bus: PlainBus;
let connection: NatsConnection;

before(async () => {
  bus = await startPlainBus();
  connection = await bus.connect();
});
after(() => bus.end());
beforeEach(async () => {
  await ensureEventsStream(connection);
  await (await jetstreamManager(connection)).streams.purge(EVENTS_STREAM);
});

const event = (n: number, type: TokenEvent['type'] = 'token.issued'): TokenEvent => ({
  type,
  id: String(n),
  time_ms: n,
  duration_ms: 1,
});
const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index);

/** One that does not go on trying when its test has failed. */
function publisherOf(test: TestContext): EventPublisher {
  const publisher = createEventPublisher(connection, 'demo', createSecretKey(randomBytes(32)));
  test.after(() => publisher.close().catch(() => undefined));
  return publisher;
}

/** All events in the stream, in its order, each as its subject's last word and its id. */
async function stored(): Promise<string[]> {
  const consumer = await jetstream(connection).consumers.get(EVENTS_STREAM, { deliver_policy: DeliverPolicy.All });
  const { num_pending: messages } = await consumer.info();
  if (messages === 0) return [];
  const ids: string[] = [];
  for await (const message of await consumer.fetch({ max_messages: messages, expires: READ_WITHIN_MS })) {
    const kind = message.subject.replace('hookmint.demo.token.', '');
    for (const { id } of StreamEvents.parse(message.json()).events) ids.push(`${kind} ${id}`);
  }
  return ids;
}

/** Time enough for the first attempt to be under way. */
const untilSent = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2 * MAX_EVENTS_WAIT_MS));

const untilBack = (): Promise<void> =>
  until('the connection is back', () =>
    connection.flush().then(
      () => true,
      () => false,
    ),
  );

async function untilStored(count: number): Promise<void> {
  await untilBack();
  await until(`${String(count)} events are stored`, async () => (await stored()).length >= count);
}

describe('the stream of token events', () => {
  it('is made once, and left with what it holds when it is ensured again', async (t) => {
    const streams = (await jetstreamManager(connection)).streams;
    const { config } = await streams.info(EVENTS_STREAM);
    assert.partialDeepStrictEqual(config, {
      name: 'HOOKMINT_EVENTS',
      subjects: ['hookmint.*.token.issued', 'hookmint.*.token.denied', 'hookmint.*.token.failed'],
      retention: 'limits',
      storage: 'file',
      discard: 'old',
    });
    const publisher = publisherOf(t);
    publisher.publish(event(1));
    await publisher.close();
    await ensureEventsStream(connection);
    assert.deepEqual((await streams.info(EVENTS_STREAM)).config, config);
    assert.deepEqual(await stored(), ['issued 1']);
  });

  it('is refused with the remedy where fewer servers are up than keep it', async () => {
    await assert.rejects(ensureEventsStream(connection, 3), {
      code: 'bus_jetstream_missing',
      message:
        /^The NATS server cannot keep the stream HOOKMINT_EVENTS: [^\n]+\. It needs 3 servers of one cluster that are up: start them,/,
    });
  });

  it('is refused by name where the server has no JetStream', async (t) => {
    const server = await startNatsWithoutJetStream();
    t.after(() => server.stop());
    const plain = await connectBus('test', { NATS_URL: server.url });
    t.after(() => plain.close());
    await assert.rejects(ensureEventsStream(plain), {
      name: 'HookmintError',
      code: 'bus_jetstream_missing',
      message: /^The NATS server cannot keep the stream HOOKMINT_EVENTS: [^\n]+\. Start it with JetStream \(-js\)\.$/,
    });
  });
});

describe('token events', () => {
  it('are stored in the order they came in, each below the subject of its kind', async (t) => {
    const publisher = publisherOf(t);
    const kinds = ['token.issued', 'token.issued', 'token.denied', 'token.failed'] as const;
    for (const n of numbers(200)) publisher.publish(event(n, kinds[n % kinds.length] ?? 'token.issued'));
    await publisher.close();
    assert.deepEqual(
      await stored(),
      numbers(200).map((n) => `${(kinds[n % kinds.length] ?? '').replace('token.', '')} ${String(n)}`),
    );
  });

  it('are stored without anything else happening', async (t) => {
    const publisher = publisherOf(t);
    publisher.publish(event(1));
    await untilStored(1);
    assert.deepEqual(await stored(), ['issued 1']);
    await publisher.close();
  });

  it('are stored once each, in order, over a restart of the server', async (t) => {
    const publisher = publisherOf(t);
    let next = 0;
    const source = setInterval(() => publisher.publish(event(next++)), 5);
    t.after(() => clearInterval(source));
    const untilMore = (count: number): Promise<void> => {
      const enough = next + count;
      return until('more is published', () => next >= enough);
    };
    await untilMore(20);
    await bus.stop();
    await untilMore(20);
    await bus.start();
    await untilMore(20);
    clearInterval(source);
    await untilStored(next);
    await publisher.close();
    assert.deepEqual(
      await stored(),
      numbers(next).map((n) => `issued ${String(n)}`),
    );
  });

  it('wait while the server is away, the newest 20,000 of them', async (t) => {
    const publisher = publisherOf(t);
    await bus.stop();
    publisher.publish(event(0));
    // The first is on its way, again and again; the others wait.
    await untilSent();
    for (const n of numbers(MAX_WAITING + 500, 1)) publisher.publish(event(n));
    await bus.start();
    await untilStored(MAX_WAITING + 1);
    await publisher.close();
    const ids = await stored();
    assert.deepEqual(ids, ['issued 0', ...numbers(MAX_WAITING, 501).map((n) => `issued ${String(n)}`)]);
  });

  it('wait as 64 MiB at most, the newest of them', async (t) => {
    const publisher = publisherOf(t);
    await bus.stop();
    publisher.publish(event(0));
    await untilSent();
    const bytes = 500_000;
    const fitting = Math.floor(67_108_864 / (bytes + JSON.stringify({ ...event(100), client_name: '' }).length));
    for (const n of numbers(200, 100)) publisher.publish({ ...event(n), client_name: 'x'.repeat(bytes) });
    await bus.start();
    await untilStored(fitting + 1);
    await publisher.close();
    const ids = await stored();
    assert.deepEqual(ids, ['issued 0', ...numbers(fitting, 300 - fitting).map((n) => `issued ${String(n)}`)]);
  });

  it('that cannot be stored do not keep a service from ending', async (t) => {
    const publisher = publisherOf(t);
    await bus.stop();
    publisher.publish(event(1));
    const startMs = performance.now();
    await assert.rejects(publisher.close());
    // It is given 4 s, and what it tried last has 2 s; half a minute would be without any limit.
    assert(performance.now() - startMs < 20_000);
    await bus.start();
    await untilBack();
  });

  it('are stored by close() when the server is back by then', async (t) => {
    const publisher = publisherOf(t);
    await bus.stop();
    publisher.publish(event(1));
    await untilSent();
    const closed = publisher.close();
    closed.catch(() => undefined);
    await bus.start();
    await untilBack();
    await closed;
    assert.deepEqual(await stored(), ['issued 1']);
  });
});
