import './quiet.ts';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { UNRESPONSIVE_AFTER_MS } from '../../shared/bus/batch.ts';
import { createBatchRequester, remoteErrorOf } from '../../shared/bus/batch-requester.ts';
import { serveBatches, type BatchResponder } from '../../shared/bus/batch-responder.ts';
import { HookmintError } from '../../shared/errors.ts';
import { until } from '../support/until.ts';
import { startPlainBus, type PlainBus } from './bus-fixtures.ts';

const Question = z.object({ n: z.number(), padding: z.string().optional() });
const Answer = z.object({ n: z.number() });
type Question = z.infer<typeof Question>;

let bus: PlainBus;
let lastSubject = 0;
const responders: BatchResponder[] = [];
const requesters: { close: () => void }[] = [];

before(async () => {
  bus = await startPlainBus('max_payload: 8192\n');
});
after(async () => {
  for (const requester of requesters) requester.close();
  await Promise.all(responders.map((responder) => responder.drain()));
  await bus.end();
});

const REPLIED_WITHIN_MS = 30_000;
const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const soon = (): number => Date.now() + REPLIED_WITHIN_MS;
const newSubject = (): string => `test.${String(++lastSubject)}`;

function asking(connection: NatsConnection, subject: string, more: { comesBackMs?: number } = {}) {
  const options = { connection, service: 'test', subject, replySchema: Answer, ...more };
  const requester = createBatchRequester<Question, { n: number }>(options);
  requesters.push(requester);
  return requester;
}

function answering(
  connection: NatsConnection,
  subject: string,
  handle: (event: Question, deadlineMs: number) => Promise<unknown>,
  maxInFlight = 1_000,
) {
  const responder = serveBatches({ connection, subject, queue: 'members', schema: Question, maxInFlight, handle });
  responders.push(responder);
  return responder;
}

const echo = ({ n }: Question) => Promise.resolve({ n });

type Envelope = { events: { id: string; deadline_ms: number; n: number }[] };

/** A member of the queue group that does with each message what the test says. */
async function member(connection: NatsConnection, subject: string, receive: (message: Msg, batch: Envelope) => void) {
  connection.subscribe(subject, {
    queue: 'members',
    callback: (_, message) => receive(message, message.json<Envelope>()),
  });
  await connection.flush();
}

const withCode = (code: string, message?: RegExp) => (error: unknown) => {
  assert(error instanceof HookmintError, String(error));
  assert.equal(error.code, code);
  if (message !== undefined) assert.match(error.message, message);
  return true;
};

async function took(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

describe('requests on the bus', { concurrency: true }, () => {
  /** A subject of its own, with a requester and a connection for responders. */
  async function pair() {
    const subject = newSubject();
    const [here, there] = await Promise.all([bus.connect(), bus.connect()]);
    return { subject, here, there, requester: asking(here, subject) };
  }

  for (const [requests, sizes] of [
    [1, [1]],
    [32, [32]],
    [33, [32, 1]],
    [72, [32, 32, 8]],
  ] as const) {
    it(`${String(requests)} of one turn travel in messages of ${sizes.join(', ')}`, async () => {
      const { subject, there, requester } = await pair();
      const seen: number[] = [];
      await member(there, subject, (message, { events }) => {
        seen.push(events.length);
        message.respond(JSON.stringify({ replies: events.map(({ id, n }) => ({ id, reply: { n } })) }));
      });
      const numbers = Array.from({ length: requests }, (_, n) => n);
      const replies = await Promise.all(numbers.map((n) => requester.request({ n }, soon())));
      assert.deepEqual(
        replies.map(({ n }) => n),
        numbers,
      );
      assert.deepEqual(seen, sizes);
      requester.close();
    });
  }

  it('of one turn are split where they would be over the max_payload of the server', async () => {
    const { subject, there, requester } = await pair();
    const seen: number[] = [];
    await member(there, subject, (message, { events }) => {
      seen.push(events.length);
      message.respond(JSON.stringify({ replies: events.map(({ id, n }) => ({ id, reply: { n } })) }));
    });
    const padding = 'x'.repeat(3_000);
    await Promise.all([1, 2, 3, 4, 5].map((n) => requester.request({ n, padding }, soon())));
    assert.deepEqual(seen, [2, 2, 1]);
  });

  it('too large for any message are refused by name, and the others go on', async () => {
    const { subject, there, requester } = await pair();
    answering(there, subject, echo);
    await there.flush();
    const [small, large] = await Promise.allSettled([
      requester.request({ n: 1 }, soon()),
      requester.request({ n: 2, padding: 'x'.repeat(8_192) }, soon()),
    ]);
    assert.deepEqual(small, { status: 'fulfilled', value: { n: 1 } });
    assert.equal(large.status, 'rejected');
    withCode(
      'bus_message_too_large',
      /^test\.\d+: a request of 8\d\d\d bytes is over the server's max_payload/,
    )(large.reason);
  });

  it('are answered each when its reply is there: a slow one delays nobody', async (t) => {
    const { subject, there, requester } = await pair();
    const fast = Promise.withResolvers<unknown>();
    t.after(() => fast.resolve(undefined));
    answering(there, subject, async ({ n }) => {
      if (n === 0) await fast.promise;
      return { n };
    });
    await there.flush();
    const order: number[] = [];
    const ask = (n: number) => requester.request({ n }, soon()).then(() => order.push(n));
    const slow = ask(0);
    fast.resolve(await Promise.all([1, 2, 3].map(ask)));
    await slow;
    assert.deepEqual(order, [1, 2, 3, 0]);
  });

  it('wait for one another where the responder says so, the last one for nothing', async () => {
    const { subject, there, requester } = await pair();
    const messages: number[] = [];
    there.subscribe('_INBOX_test.>', {
      callback: (_error, message) => {
        const ours = message.string().match(/"n":9\d{3}/g)?.length ?? 0;
        if (ours > 0) messages.push(ours);
      },
    });
    const responder = serveBatches({
      connection: there,
      subject,
      queue: 'members',
      schema: Question,
      maxInFlight: 1_000,
      holdRepliesMs: 2 * REPLIED_WITHIN_MS,
      handle: async ({ n }) => {
        await delay(n - 9_000);
        return { n };
      },
    });
    responders.push(responder);
    await there.flush();
    const tookMs = await took(() => Promise.all([9_000, 9_050, 9_200].map((n) => requester.request({ n }, soon()))));
    assert.ok(tookMs >= 190, `answered after ${String(tookMs)} ms`);
    await requester.request({ n: 9_001 }, soon());
    await until('the replies come in two messages', () => messages.length === 2);
    assert.deepEqual(messages, [3, 1]);
  });

  it('are given up at their deadline', async () => {
    const { subject, there, requester } = await pair();
    const over = Promise.withResolvers<unknown>();
    answering(there, subject, () => over.promise);
    await there.flush();
    const ms = await took(() =>
      assert.rejects(requester.request({ n: 1 }, Date.now() + 300), withCode('bus_deadline_exceeded')),
    ).finally(() => over.resolve({ n: 1 }));
    assert(ms >= 290, `after ${String(ms)} ms`);
  });

  it('whose deadline is over when they arrive are not run', async () => {
    const { subject, there, requester } = await pair();
    const run: number[] = [];
    answering(there, subject, ({ n }) => {
      run.push(n);
      return echo({ n });
    });
    await there.flush();
    const expired = requester.request({ n: 1 }, Date.now() - 1);
    await Promise.all([
      assert.rejects(expired, withCode('bus_deadline_exceeded')),
      requester.request({ n: 2 }, soon()),
    ]);
    assert.deepEqual(run, [2]);
  });

  it('over what a responder takes at a time are answered at once', async (t) => {
    const { subject, there, requester } = await pair();
    const answered = Promise.withResolvers<unknown>();
    t.after(() => answered.resolve(undefined));
    const responder = answering(
      there,
      subject,
      async ({ n }) => {
        await answered.promise;
        return { n };
      },
      2,
    );
    await there.flush();
    const taken = [requester.request({ n: 1 }, soon()), requester.request({ n: 2 }, soon())];
    const refused = requester.request({ n: 3 }, soon());
    await assert.rejects(refused, withCode('bus_remote_error'));
    assert.deepEqual(remoteErrorOf(await refused.catch((error: unknown) => error)), {
      code: 'overloaded',
      message: 'this responder has too many requests',
    });
    assert.equal(responder.inFlight(), 2);
    answered.resolve(undefined);
    assert.deepEqual(await Promise.all(taken), [{ n: 1 }, { n: 2 }]);
    assert.equal(responder.inFlight(), 0);
  });

  it('that do not fit their schema are answered so, and the others of their message are served', async () => {
    const { subject, there, requester } = await pair();
    answering(there, subject, echo);
    await there.flush();
    const [good, bad] = await Promise.allSettled([
      requester.request({ n: 1 }, soon()),
      requester.request({ n: 'two' } as unknown as Question, soon()),
    ]);
    assert.deepEqual(good, { status: 'fulfilled', value: { n: 1 } });
    assert.equal(bad.status, 'rejected');
    withCode('bus_remote_error')(bad.reason);
    assert.deepEqual(remoteErrorOf(bad.reason), {
      code: 'invalid_event',
      message: 'the request does not fit its schema',
    });
  });

  it('tell of their failure only the code of an error raised on purpose', async () => {
    const { subject, there, requester } = await pair();
    answering(there, subject, ({ n }) =>
      Promise.reject(n === 1 ? new HookmintError('reserved_claim', 'not that one') : new Error('secret detail')),
    );
    await there.flush();
    const errors = await Promise.all(
      [1, 2].map((n) => requester.request({ n }, soon()).catch((error: unknown) => remoteErrorOf(error))),
    );
    assert.deepEqual(errors, [
      { code: 'reserved_claim', message: 'not that one' },
      { code: 'internal', message: 'the request failed' },
    ]);
  });

  it('answered with what does not fit the schema of the reply fail', async () => {
    const { subject, there, requester } = await pair();
    answering(there, subject, () => Promise.resolve({ n: 'one' }));
    await there.flush();
    await assert.rejects(requester.request({ n: 1 }, soon()), withCode('bus_invalid_reply'));
  });

  it('are not answered by a reply to a message that did not carry them', async () => {
    const { subject, there, requester } = await pair();
    const messages: { message: Msg; id: string }[] = [];
    await member(there, subject, (message, { events: [event] }) => {
      messages.push({ message, id: event?.id ?? '' });
    });
    const first = requester.request({ n: 1 }, soon());
    await until('the first message comes', () => messages.length === 1);
    const second = requester.request({ n: 2 }, soon());
    await until('the second message comes', () => messages.length === 2);
    const [one, two] = messages;
    assert(one !== undefined && two !== undefined);
    two.message.respond(JSON.stringify({ replies: [{ id: one.id, reply: { n: 666 } }] }));
    two.message.respond('no json');
    two.message.respond(JSON.stringify({ replies: [{ id: two.id, reply: { n: 2 } }] }));
    assert.deepEqual(await second, { n: 2 });
    one.message.respond(JSON.stringify({ replies: [{ id: one.id, reply: { n: 1 } }] }));
    assert.deepEqual(await first, { n: 1 });
  });

  it('of a responder that died are noticed by its silence and answered by another member', async () => {
    const { subject, there, requester } = await pair();
    const other = await bus.connect();
    const died = new Promise<void>((resolve) => {
      void member(there, subject, () => void there.close().then(resolve));
    });
    await there.flush();
    const reply = requester.request({ n: 1 }, soon());
    await died;
    answering(other, subject, echo);
    await other.flush();
    const ms = await took(async () => assert.deepEqual(await reply, { n: 1 }));
    assert(ms > 1_000, `after ${String(ms)} ms`);
  });

  it('that two members took and did not answer are given up before their deadline', async () => {
    const { subject, there, requester } = await pair();
    let taken = 0;
    await member(there, subject, () => {
      taken++;
    });
    await assert.rejects(requester.request({ n: 1 }, soon()), withCode('bus_unresponsive'));
    assert.equal(taken, 2);
  });

  it('that take long are kept alive by signs of life, and run once', async () => {
    const { subject, there, requester } = await pair();
    let runs = 0;
    answering(there, subject, async ({ n }) => {
      runs++;
      await delay(4_500);
      return { n };
    });
    await there.flush();
    assert.deepEqual(await requester.request({ n: 1 }, soon()), { n: 1 });
    assert.equal(runs, 1);
  });

  it('under way are answered when their responder drains, and new ones are not taken', async () => {
    const { subject, there, requester } = await pair();
    const responder = answering(there, subject, async ({ n }) => {
      await delay(300);
      return { n };
    });
    await there.flush();
    const underWay = Promise.all([1, 2, 3].map((n) => requester.request({ n }, soon())));
    await until('the requests are taken', () => responder.inFlight() === 3);
    const drained = responder.drain();
    await there.flush();
    await assert.rejects(requester.request({ n: 4 }, soon()), withCode('bus_no_responders'));
    assert.deepEqual(await underWay, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    await drained;
    responders.splice(responders.indexOf(responder), 1);
    assert.equal(responder.inFlight(), 0);
  });

  it('under way fail at once when their requester closes', async () => {
    const { subject, there, requester } = await pair();
    await member(there, subject, () => undefined);
    const reply = requester.request({ n: 1 }, soon());
    await delay(20);
    requester.close();
    await assert.rejects(reply, withCode('bus_unresponsive', /the service is stopping/));
  });
});

describe('a subject that nobody serves', () => {
  it('fails its requests at once', async () => {
    const requester = asking(await bus.connect(), newSubject());
    const ms = await took(() =>
      assert.rejects(
        requester.request({ n: 1 }, soon()),
        withCode('bus_no_responders', /no service answers on this subject/),
      ),
    );
    // Before it could have been taken for one that has died.
    assert(ms < UNRESPONSIVE_AFTER_MS, `after ${String(ms)} ms`);
  });
});

describe('a responder that comes back within the time that requests wait for it', () => {
  it('answers those of its absence, also the first ever; later ones fail at once', async () => {
    const subject = newSubject();
    const [here, there] = [await bus.connect(), await bus.connect()];
    const requester = asking(here, subject, { comesBackMs: 1_000 });
    const first = [1, 2].map((n) => requester.request({ n }, soon()));
    await delay(400);
    const responder = answering(there, subject, ({ n }) => Promise.resolve({ n }));
    assert.deepEqual(await Promise.all(first), [{ n: 1 }, { n: 2 }]);
    await responder.drain();
    responders.splice(responders.indexOf(responder), 1);
    await there.flush();
    const gaveUpMs = await took(() =>
      assert.rejects(requester.request({ n: 3 }, soon()), withCode('bus_no_responders')),
    );
    assert(gaveUpMs >= 900 && gaveUpMs < 2_500, `after ${String(gaveUpMs)} ms`);
    const atOnceMs = await took(() =>
      assert.rejects(requester.request({ n: 4 }, soon()), withCode('bus_no_responders')),
    );
    assert(atOnceMs < 500, `after ${String(atOnceMs)} ms`);
    const again = answering(there, subject, ({ n }) => Promise.resolve({ n }));
    await there.flush();
    assert.deepEqual(await requester.request({ n: 5 }, soon()), { n: 5 });
    await again.drain();
    responders.splice(responders.indexOf(again), 1);
    await there.flush();
    await assert.rejects(requester.request({ n: 6 }, Date.now() + 300), withCode('bus_deadline_exceeded'));
  });
});

describe('a restart of the server', () => {
  it('has what was in flight sent again and answered', async () => {
    await using cleanup = new AsyncDisposableStack();
    const own = await startPlainBus();
    cleanup.defer(() => own.end());
    const here = await own.connect();
    // It is back before the requester is: whoever nobody serves is told so at once.
    const there = await connect({
      servers: own.url,
      reconnectTimeWait: 5,
      reconnectJitter: 0,
      maxReconnectAttempts: -1,
    });
    cleanup.defer(() => there.close());
    const requester = asking(here, 'test.restart');
    let received = 0;
    await member(there, 'test.restart', (message, { events }) => {
      if (++received === 1) return;
      message.respond(JSON.stringify({ replies: events.map(({ id, n }) => ({ id, reply: { n } })) }));
    });
    const reply = requester.request({ n: 1 }, soon());
    await until('the request comes', () => received === 1);
    await own.stop();
    await own.start();
    assert.deepEqual(await reply, { n: 1 });
    assert.equal(received, 2);
  });
});
