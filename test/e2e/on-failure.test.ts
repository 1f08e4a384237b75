import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { decodeJwt } from 'jose';
import { DEFAULT_HOOK_LIMITS, revisionAddress, type HookRevisionInput } from '../../shared/domain/hook.ts';
import { EVENTS_STREAM, StreamEvents } from '../../shared/subjects/events.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';
import { enableRevision } from '../support/enable-revision.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { requestToken, type TokenAnswer } from '../support/token-request.ts';
import { isTokenEvent } from '../support/token-event.ts';

const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  switch (context.body.ends) {
    case 'threw': throw new Error('thrown-detail');
    case 'timed_out': for (;;);
    case 'out_of_memory': for (const all = []; ; ) all.push(new Array(100_000).fill(0));
    case 'bad_result': return cb(null, 'no object');
    case 'denied': return cb(new InvalidScopeError('denied-detail'));
    default: return cb(null, { 'https://foo.com/claim': 'bar', sub: 'forged', scope: scope.concat('extra') });
  }
};`;
const REVISION = {
  hook_id: 'lenient',
  code: HOOK,
  limits: { ...DEFAULT_HOOK_LIMITS, cpu_ms: 1_000, heap_mib: 16 },
  on_failure: 'issue_unmodified',
} satisfies HookRevisionInput;
const LOG_MESSAGE = 'a token is issued without its hook, by the policy of the hook';
const HEARD_WITHIN_MS = 30_000;

let receiver: OtlpReceiver;
let stack: Stack;
const cleanup = new AsyncDisposableStack();
before(async () => {
  receiver = await startOtlpReceiver();
  cleanup.defer(() => receiver.close());
  stack = await startStack({
    hook: null,
    env: {
      ...receiver.env,
    },
  });
  cleanup.defer(() => stack.stop());
  await enableRevision(stack, REVISION);
});
after(() => cleanup.disposeAsync());

type Observed = {
  answer: TokenAnswer;
  event: TokenEvent;
  spans: ReceivedSpan[];
  /** Entries of the gateway's log about this token. */
  logged: Record<string, unknown>[];
};

let lastTrace = 0;
/** Asks for a token whose hook ends as told, and gives all that is said of it. */
async function observed(ends: string): Promise<Observed> {
  const traceId = (++lastTrace).toString(16).padStart(32, 'f');
  const answer = await requestToken(stack, { ends }, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  const has = (spans: ReceivedSpan[], name: string): boolean => spans.some((span) => span.name === name);
  const spans = await receiver.trace(traceId, (all) => has(all, 'POST /oauth/token') && has(all, 'hook lenient'));
  const event = await eventOf(traceId);
  const logged = stack
    .output()
    .split('\n')
    .filter((line) => line.startsWith('gateway ') && line.includes(traceId))
    .map((line) => JSON.parse(line.slice(line.indexOf('{'))) as Record<string, unknown>);
  return { answer, event, spans, logged };
}

async function eventOf(traceId: string): Promise<TokenEvent> {
  const { streams } = await jetstreamManager(await stack.bus());
  const untilMs = Date.now() + HEARD_WITHIN_MS;
  while (Date.now() < untilMs) {
    const { state } = await streams.info(EVENTS_STREAM);
    for (let seq = state.first_seq; state.messages > 0 && seq <= state.last_seq; seq++) {
      const message = await streams.getMessage(EVENTS_STREAM, { seq });
      const { events } = message === null ? { events: [] } : StreamEvents.parse(message.json());
      for (const event of events) if (isTokenEvent(event) && event.trace_id === traceId) return event;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no event of the trace ${traceId}`);
}

function only(spans: ReceivedSpan[], name: string): ReceivedSpan {
  const [span, ...more] = spans.filter((one) => one.name === name);
  assert.ok(span !== undefined && more.length === 0, name);
  return span;
}

describe('a hook whose policy is issue_unmodified', () => {
  for (const outcome of ['threw', 'timed_out', 'out_of_memory', 'bad_result']) {
    it(`that ${outcome}: the token is the one without a hook, and event, log and spans say so`, async () => {
      const { answer, event, spans, logged } = await observed(outcome);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      const { scope, sub, 'https://foo.com/claim': claim } = decodeJwt(String(answer.body.access_token));
      assert.deepEqual([scope, sub, claim], ['read:data', `${stack.clientId}@clients`, undefined]);

      assert.equal(event.type, 'token.issued');
      assert.ok(event.hook !== undefined);
      const { id, revision, outcome: told, unmodified } = event.hook;
      assert.deepEqual(
        { id, revision, outcome: told, unmodified },
        { id: 'lenient', revision: revisionAddress(REVISION), outcome, unmodified: true },
      );
      assert.deepEqual([event.scope, event.custom_claims, event.error], ['read:data', [], undefined]);

      const [warning, ...others] = logged.filter(({ msg }) => msg === LOG_MESSAGE);
      assert.deepEqual(others, []);
      assert.ok(warning !== undefined, JSON.stringify(logged));
      assert.deepEqual([warning.level, warning.hook], [40, event.hook]);

      const http = only(spans, 'POST /oauth/token');
      assert.deepEqual(
        [http.attributes['hookmint.hook.outcome'], http.attributes['hookmint.hook.unmodified'], http.failed],
        [outcome, true, false],
      );
      const run = only(spans, 'hook lenient');
      assert.deepEqual([run.attributes['error.type'], run.failed], [outcome, true]);
    });
  }

  it('that denies: a decision is no failure, and nothing is marked', async () => {
    const { answer, event, spans, logged } = await observed('denied');
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_scope']);
    assert.deepEqual([event.type, event.hook?.outcome, event.hook?.unmodified], ['token.denied', 'denied', undefined]);
    assert.equal(only(spans, 'POST /oauth/token').attributes['hookmint.hook.unmodified'], undefined);
    assert.deepEqual(
      logged.filter(({ msg }) => msg === LOG_MESSAGE),
      [],
    );
  });

  it('that ends well: its claims are in the token, and nothing is marked', async () => {
    const { answer, event, spans, logged } = await observed('ok');
    const { scope, 'https://foo.com/claim': claim } = decodeJwt(String(answer.body.access_token));
    assert.deepEqual([scope, claim], ['read:data extra', 'bar']);
    assert.deepEqual([event.type, event.hook?.outcome, event.hook?.unmodified], ['token.issued', 'ok', undefined]);
    assert.equal(only(spans, 'POST /oauth/token').attributes['hookmint.hook.unmodified'], undefined);
    assert.deepEqual(
      logged.filter(({ msg }) => msg === LOG_MESSAGE),
      [],
    );
  });
});

describe('a hook whose executor is away', () => {
  it('is a failure like any other under issue_unmodified', async () => {
    const traceId = 'e'.repeat(32);
    const pids = stack.pidsOf('hook-executor');
    // The launcher would bring it back at once.
    process.kill(stack.pid, 'SIGSTOP');
    let answer: TokenAnswer;
    try {
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      answer = await requestToken(stack, {}, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    } finally {
      process.kill(stack.pid, 'SIGCONT');
    }
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(decodeJwt(String(answer.body.access_token)).scope, 'read:data');
    const { type, hook } = await eventOf(traceId);
    assert.deepEqual([type, hook?.outcome, hook?.unmodified], ['token.issued', 'unavailable', true]);
  });
});
