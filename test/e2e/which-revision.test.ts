import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { EVENTS_STREAM, StreamEvents } from '../../shared/subjects/events.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';
import { openManagement, type Management } from '../support/management.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { isTokenEvent } from '../support/token-event.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';

let receiver: OtlpReceiver;
let stack: Stack;
let management: Management;
let hookId = '';
let current = '';
const cleanup = new AsyncDisposableStack();
before(async () => {
  receiver = await startOtlpReceiver();
  cleanup.defer(() => receiver.close());
  stack = await startStack({ hook: null, env: { ...receiver.env, LOG_LEVEL: 'debug' } });
  cleanup.defer(() => stack.stop());
  management = await openManagement(stack);
  const made = { name: 'ruled', script: scriptOf('old'), triggerId: 'credentials-exchange', enabled: true };
  hookId = String((await call('POST', '/hooks', made)).id);
  const { revisions } = await call('GET', `/hooks/${hookId}/revisions`);
  current = (revisions as { revision: string }[])[0]?.revision ?? '';
  await stack.announceChange();
});
after(() => cleanup.disposeAsync());

const scriptOf = (by: string): string =>
  `module.exports = (client, scope, audience, context, cb) => cb(null, { scope, 'https://example.com/by': '${by}' });`;

async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await management.call(method, path, body);
  assert(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return (answer.body ?? {}) as Record<string, unknown>;
}
const draftOf = async (by: string): Promise<string> =>
  String((await call('POST', `/hooks/${hookId}/revisions`, { script: scriptOf(by) })).revision);

async function eventOf(traceId: string): Promise<TokenEvent | undefined> {
  const { streams } = await jetstreamManager(await stack.bus());
  const { state } = await streams.info(EVENTS_STREAM);
  for (let seq = state.first_seq; state.messages > 0 && seq <= state.last_seq; seq++) {
    const message = await streams.getMessage(EVENTS_STREAM, { seq });
    const { events } = message === null ? { events: [] } : StreamEvents.parse(message.json());
    for (const event of events) if (isTokenEvent(event) && event.trace_id === traceId) return event;
  }
  return undefined;
}

type Said = { revision: unknown; rule: unknown; percent: unknown; shadow: unknown };
type Told = { event: Said; log: Said; api: Said; spans: ReceivedSpan[]; traceId: string };

let lastTrace = 0;
/** Asks for a token, and gives what each of the four says of who shaped it. */
async function told(): Promise<Told> {
  const traceId = (++lastTrace).toString(16).padStart(32, 'e');
  const { status } = await requestToken(stack, {}, { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  assert.equal(status, 200);
  const has = (spans: ReceivedSpan[], name: string): boolean => spans.some((span) => span.name === name);
  const spans = await receiver.trace(traceId, (all) => has(all, 'POST /oauth/token') && has(all, 'hook ruled'));
  let [event, log] = [undefined, undefined] as [TokenEvent | undefined, Record<string, unknown> | undefined];
  await until('its event and its log', async () => {
    event = await eventOf(traceId);
    const { body } = await management.call('GET', `/logs?q=trace_id:${traceId}`);
    [log] = body as Record<string, unknown>[];
    return event !== undefined && log !== undefined;
  });
  const [line = '{}'] = linesWith(traceId, 'a token request was answered');
  const { token_request } = JSON.parse(line.slice(line.indexOf('{'))) as { token_request: { hook: Said } };
  const { hook } = (log as unknown as { details: { hook: Said } }).details;
  return {
    event: said(event?.hook),
    log: said(token_request.hook),
    api: said(hook),
    spans,
    traceId,
  };
}

const linesWith = (...parts: string[]): string[] =>
  stack
    .output()
    .split('\n')
    .filter((line) => line.startsWith('gateway ') && parts.every((part) => line.includes(part)));

function said(hook: Partial<Said> | undefined): Said {
  const { revision, rule, percent, shadow } = hook ?? {};
  return { revision, rule, percent, shadow };
}

function attributesOf(spans: ReceivedSpan[], name: string): Record<string, unknown> {
  const [span, ...more] = spans.filter((one) => one.name === name);
  assert(span !== undefined && more.length === 0, name);
  return span.attributes;
}

/** All four, of a token that a revision shaped by a rule. */
async function assertShaped(
  { event, log, api, spans, traceId }: Told,
  expected: Partial<Said>,
  found: readonly string[],
): Promise<void> {
  const whole = { revision: undefined, rule: undefined, percent: undefined, shadow: undefined, ...expected };
  assert.deepEqual({ event, log, api }, { event: whole, log: whole, api: whole });
  for (const rule of ['deployed', 'percent', 'client', 'shadow']) {
    const { body } = await management.call('GET', `/logs?q=trace_id:${traceId} AND hook_rule:${rule}`);
    assert.equal((body as unknown[]).length, found.includes(rule) ? 1 : 0, rule);
  }
  const run = attributesOf(spans, 'hook ruled');
  const request = attributesOf(spans, 'POST /oauth/token');
  for (const attributes of [run, request]) {
    assert.equal(attributes['hookmint.hook.revision'], whole.revision);
    assert.equal(attributes['hookmint.hook.rule'], whole.rule);
  }
  assert.equal(run['hookmint.hook.percent'], whole.percent);
}

it('event, log, span and /api/v2/logs say which revision shaped a token, and by which rule', async () => {
  await assertShaped(await told(), { revision: current }, []);
  const revision = await draftOf('new');
  const share = async (percent: number, client_ids: string[]): Promise<void> => {
    await call('PUT', `/hooks/${hookId}/gradual-deployment`, { revision, percent, client_ids });
    await stack.announceChange();
  };
  await share(100, []);
  await assertShaped(await told(), { revision, rule: 'percent', percent: 100 }, ['percent']);
  await share(0, [stack.clientId]);
  await assertShaped(await told(), { revision, rule: 'client' }, ['client']);
  await share(0, ['somebody-else']);
  await assertShaped(await told(), { revision: current, rule: 'deployed' }, ['deployed']);
  await call('POST', `/hooks/${hookId}/gradual-deployment/return`, {});
  await stack.announceChange();
});

it('they say which shadow was to run beside it, which has a span and a line of its own', async () => {
  const revision = await draftOf('beside');
  await call('PUT', `/hooks/${hookId}/shadow`, { revision, percent: 100 });
  await stack.announceChange();
  const all = await told();
  await assertShaped(all, { revision: current, shadow: { revision, percent: 100 } }, ['shadow']);
  assert.equal(attributesOf(all.spans, 'POST /oauth/token')['hookmint.hook.shadow.revision'], revision);
  const ofShadow = (): ReceivedSpan[] =>
    receiver.spans.filter(({ attributes }) => attributes['hookmint.shadow.trace_id'] === all.traceId);
  await receiver.until(() => ofShadow().length > 0, 'the span of the shadow');
  const run = attributesOf(ofShadow(), 'shadow ruled');
  assert.deepEqual(
    ['id', 'revision', 'rule', 'percent', 'outcome'].map((name) => run[`hookmint.hook.${name}`]),
    [hookId, revision, 'shadow', 100, 'ok'],
  );
  const [line = '{}'] = linesWith(all.traceId, 'a shadow has run');
  const { hook } = JSON.parse(line.slice(line.indexOf('{'))) as { hook: Record<string, unknown> };
  assert.deepEqual(hook, { id: hookId, name: 'ruled', revision, rule: 'shadow', percent: 100, outcome: 'ok' });
});
