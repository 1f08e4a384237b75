import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { after, before, test } from 'node:test';
import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { createBatchRequester } from '../../shared/bus/batch-requester.ts';
import { DEFAULT_HOOK_LIMITS, HookRevision } from '../../shared/domain/hook.ts';
import { StreamEvents } from '../../shared/subjects/events.ts';
import { HookLog } from '../../shared/subjects/hook-log.ts';
import {
  tokenRequestedSubject,
  TOKEN_REQUESTED_QUEUE,
  TokenRequestedReply,
} from '../../shared/subjects/token-requested.ts';
import { startBusWithUsers, type Bus } from '../contract/bus-fixtures.ts';

// One message of one zone, as large as the bus takes, that holds another zone up: a list of what it must not hold.

const MESSAGE_BYTES = 7_000_000;
/** Of an executor the bus takes no more. */
const ANSWER_BYTES = 1_040_000;
const STOPPED_MS = 1_000;
const REQUEST_MS = 1_500;

/** So many that the message is full. */
const junk = (item: string, bytes = MESSAGE_BYTES): string =>
  `[${`${item},`.repeat(bytes / (item.length + 1) - 100)}${item}]`;

let bus: Bus;
let gateway: NatsConnection;
let executor: NatsConnection;
before(async () => {
  bus = await startBusWithUsers();
  [gateway, executor] = await Promise.all([bus.connect('gateway'), bus.connect('hook-executor')]);
});
after(() => bus.stop());

const idIn = (message: Msg): string => (message.json<{ events: { id: string }[] }>().events[0] ?? { id: '' }).id;
const outcome = (console: string): string =>
  `{"kind":"outcome","outcome":{"status":"ok","console":${console},"cpu_ms":0,"wall_ms":0}}`;

const ANSWERS: Record<string, (message: Msg) => string> = {
  'replies that are none': () => `{"replies":${junk('0', ANSWER_BYTES)}}`,
  'empty replies': () => `{"replies":${junk('{}', ANSWER_BYTES)}}`,
  'a console of nothing': (message) =>
    `{"replies":[{"id":"${idIn(message)}","reply":${outcome(junk('0', ANSWER_BYTES))}}]}`,
  'errors without words': () => `{"replies":${junk('{"error":1}', ANSWER_BYTES)}}`,
};

for (const [what, answer] of Object.entries(ANSWERS)) {
  test(`an executor that answers with ${what} holds up no gateway`, async () => {
    const subject = tokenRequestedSubject(`demo-${String(Object.keys(ANSWERS).indexOf(what))}`);
    const subscription = executor.subscribe(subject, {
      queue: TOKEN_REQUESTED_QUEUE,
      callback: (_, message) => void message.respond(answer(message)),
    });
    await executor.flush();
    const requester = createBatchRequester({
      connection: gateway,
      service: 'gateway',
      subject,
      replySchema: TokenRequestedReply,
    });
    const delays = monitorEventLoopDelay({ resolution: 5 });
    delays.enable();
    try {
      await assert.rejects(requester.request({}, Date.now() + REQUEST_MS));
      const stoppedMs = Math.round(delays.max / 1e6);
      assert.ok(stoppedMs < STOPPED_MS, `the gateway stood still for ${String(stoppedMs)} ms`);
    } finally {
      delays.disable();
      requester.close();
      subscription.unsubscribe();
    }
  });
}

test('an executor that says again and again that nobody is there has no run asked for more than once in 50 ms', async () => {
  const subject = tokenRequestedSubject('demo-away');
  let asked = 0;
  const subscription = executor.subscribe(subject, {
    queue: TOKEN_REQUESTED_QUEUE,
    callback: (_, message) => {
      const { events } = message.json<{ events: { id: string }[] }>();
      asked += events.length;
      message.respond(JSON.stringify({ replies: [{ id: events[0]?.id, alive: true }] }));
      for (let n = 0; n < 100; n++) message.respond('', { headers: headers(503, 'No Responders') });
    },
  });
  await executor.flush();
  const requester = createBatchRequester({
    connection: gateway,
    service: 'gateway',
    subject,
    replySchema: TokenRequestedReply,
  });
  const startedMs = performance.now();
  try {
    await assert.rejects(requester.request({}, Date.now() + STOPPED_MS));
    const most = (performance.now() - startedMs) / 50 + 1;
    assert.ok(asked > 1 && asked <= most, `${String(asked)} runs were asked for`);
  } finally {
    requester.close();
    subscription.unsubscribe();
  }
});

const event = (more: string): string =>
  `{"events":[{"type":"token.issued","id":"1","time_ms":1,"duration_ms":1,${more}}]}`;

/** A list of so many is as large as a message. */
const FULL = 500_000;
const revision = (more: object): string =>
  JSON.stringify({ revision: '1', hook_id: '1', code: '1', limits: DEFAULT_HOOK_LIMITS, ...more });
const dependencies = (version: unknown): string =>
  revision({ dependencies: Object.fromEntries(Array.from({ length: FULL }, (_, n) => [String(n), version])) });

/** What a taken-over gateway can have in the stream, and an executor on the air, that management reads; and executors of a gateway. */
const READ: Record<string, [schema: typeof StreamEvents | typeof HookLog | typeof HookRevision, text: string]> = {
  'events that are none': [StreamEvents, `{"events":${junk('0')}}`],
  'an event with names of claims that are none': [StreamEvents, event(`"custom_claims":${junk('0')}`)],
  'an event that dropped nothing, often': [StreamEvents, event(`"dropped":${junk('0')}`)],
  'an event with Actions that are none': [StreamEvents, event(`"actions":${junk('0')}`)],
  'an event with scopes that are none': [
    StreamEvents,
    event(`"scope_changes":{"added":${junk('0')},"removed":${junk('0')}}`),
  ],
  'lines of a hook that are none': [
    HookLog,
    `{"time_ms":1,"hook":{"id":"1","name":"1","revision":"1"},"lines":${junk('0')}}`,
  ],
  'a revision with modules that are none': [
    HookRevision,
    revision({ build: { script: '1', source_map: '', modules: Array.from({ length: FULL }, () => 0) } }),
  ],
  'a revision with dependencies that are none': [HookRevision, dependencies(0)],
  'a revision with too many dependencies': [HookRevision, dependencies('1')],
};

for (const [what, [schema, text]] of Object.entries(READ)) {
  test(`${what} is refused at once`, () => {
    const parsed = JSON.parse(text) as unknown;
    const startedMs = performance.now();
    const { success, error } = schema.safeParse(parsed);
    assert.equal(success, false);
    assert.ok(error.message.length < 10_000, 'and says so in a few words');
    const tookMs = Math.round(performance.now() - startedMs);
    assert.ok(tookMs < STOPPED_MS, `it took ${String(tookMs)} ms`);
  });
}
