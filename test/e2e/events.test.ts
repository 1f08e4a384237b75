import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { decodeProtectedHeader } from 'jose';
import { DEFAULT_HOOK_LIMITS, revisionAddress } from '../../shared/domain/hook.ts';
import { EVENTS_STREAM, StreamEvents } from '../../shared/subjects/events.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';
import { enableHook } from '../support/enable-hook.ts';
import { postToken } from '../support/post-token.ts';
import { addApi, addClient } from '../support/tenant-fixtures.ts';
import { isTokenEvent } from '../support/token-event.ts';
import { requestToken } from '../support/token-request.ts';
import { withStack } from '../support/with-stack.ts';

const RFC9068_API = 'https://rfc9068.example.com/';
const HOOK = `module.exports = function (client, scope, audience, context, cb) {
  if (context.body.deny) return cb(new InvalidScopeError('denied-detail'));
  if (context.body.forget) return cb(null, {});
  if (context.body.fail) throw new Error('thrown-detail');
  cb(null, { 'https://foo.com/claim': 'the-value-of-a-claim', sub: 'the-value-of-a-forgery', plain: 1,
    'https://x.auth0.com/c': 2, scope: scope.concat('extra', 'in"valid') });
};`;
const REVISION = revisionAddress({ hook_id: 'test-hook', code: HOOK, limits: DEFAULT_HOOK_LIMITS });

const stack = withStack({ own: true, hook: null }, async (started) => {
  await addApi(started, { identifier: RFC9068_API, token_dialect: 'rfc9068_profile' }, ['read:data']);
  await addClient(started, { client_id: 'public', token_endpoint_auth_method: 'none' });
  await enableHook(started, HOOK);
});

type Stored = { subject: string; text: string; event: TokenEvent };
const HEARD_WITHIN_MS = 60_000;

/** All token events that the stream holds, read by the user who sets hookmint up. */
async function stored(): Promise<Stored[]> {
  const bus = await stack().bus();
  const manager = await jetstreamManager(bus);
  const { state } = await manager.streams.info(EVENTS_STREAM);
  const events: Stored[] = [];
  for (let sequence = state.first_seq; state.messages > 0 && sequence <= state.last_seq; sequence++) {
    const message = await manager.streams.getMessage(EVENTS_STREAM, { seq: sequence });
    if (message === null) continue;
    const text = message.string();
    for (const event of StreamEvents.parse(JSON.parse(text)).events) {
      if (isTokenEvent(event)) events.push({ subject: message.subject, text, event });
    }
  }
  return events;
}

let lastAgent = 0;
/** Asks for a token under a user agent of its own, and gives the answer and the event of it. */
async function observed(parameters: Record<string, string | undefined> = {}, headers: Record<string, string> = {}) {
  const agent = `events-test/${String(++lastAgent)}`;
  const answer = await requestToken(stack(), parameters, { 'user-agent': agent, ...headers });
  return { answer, agent, ...(await eventOf(agent)) };
}

async function eventOf(agent: string): Promise<Stored> {
  const untilMs = Date.now() + HEARD_WITHIN_MS;
  for (;;) {
    const found = (await stored()).filter(({ event }) => event.user_agent === agent);
    assert.ok(found.length <= 1, 'one event for one request');
    if (found[0] !== undefined) return found[0];
    if (Date.now() > untilMs) throw new Error(`no event of ${agent} was stored`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The event without what differs each time, once that was checked. */
function fixedPart(event: TokenEvent): object {
  const { id, time_ms, trace_id, duration_ms, kid, jti, hook, ...rest } = event;
  assert.match(id, /^[A-Za-z0-9]{22}$/);
  assert.ok(Math.abs(time_ms - Date.now()) < HEARD_WITHIN_MS);
  assert.match(trace_id ?? '', /^[0-9a-f]{32}$/);
  assert.ok(duration_ms > 0 && duration_ms < 10_000);
  if (hook === undefined) return rest;
  const { cpu_ms, wall_ms, ...fixed } = hook;
  assert.ok(cpu_ms >= 0 && cpu_ms < 1_000 && wall_ms >= 0 && wall_ms < 10_000);
  return { ...rest, hook: fixed, ...(kid === undefined ? {} : { kid }), ...(jti === undefined ? {} : { jti }) };
}
const hookFields = (outcome: string) => ({ id: 'test-hook', name: 'test', revision: REVISION, outcome });

describe('token.issued', () => {
  it('says all that is known of the token, and what of the hook’s wishes was dropped', async () => {
    const { answer, agent, subject, event } = await observed();
    assert.equal(answer.status, 200);
    assert.equal(subject, 'hookmint.demo.token.issued');
    assert.deepEqual(fixedPart(event), {
      type: 'token.issued',
      ip: '127.0.0.1',
      user_agent: agent,
      client_id: stack().clientId,
      client_name: 'Demo M2M client',
      audience: stack().audience,
      scope: 'read:data extra',
      custom_claims: ['https://foo.com/claim'],
      dropped: [
        { kind: 'claim', name: 'sub', reason: 'reserved' },
        { kind: 'claim', name: 'plain', reason: 'not_namespaced' },
        { kind: 'claim', name: 'https://x.auth0.com/c', reason: 'vendor_namespace' },
        { kind: 'scope', name: 'in"valid', reason: 'invalid_scope_token' },
      ],
      scope_changes: { removed: [], added: ['extra'] },
      kid: decodeProtectedHeader(String(answer.body.access_token)).kid,
      hook: hookFields('ok'),
    });
  });

  it('says which scopes of the grant a hook left out, and the log says so too', async () => {
    const { answer, event } = await observed({ forget: '1' });
    assert.equal(answer.body.scope, undefined);
    assert.deepEqual(event.scope_changes, { removed: ['read:data'], added: [] });
    const line = await stack().untilPrinted(/a hook removed scopes that the client was granted/);
    assert.match(line, /"removed":\["read:data"\]/);
  });

  it('names the jti of a token that has one', async () => {
    const { answer, event } = await observed({ audience: RFC9068_API });
    const payload = JSON.parse(
      Buffer.from(String(answer.body.access_token).split('.')[1] ?? '', 'base64url').toString(),
    ) as { jti: string };
    assert.equal(event.jti, payload.jti);
    assert.equal(event.audience, RFC9068_API);
  });

  it('carries the caller’s trace id', async () => {
    const { event } = await observed({}, { traceparent: `00-${'e'.repeat(32)}-${'f'.repeat(16)}-01` });
    assert.equal(event.trace_id, 'e'.repeat(32));
  });

  it('does not believe an X-Forwarded-For', async () => {
    const { event } = await observed({}, { 'x-forwarded-for': '192.0.2.1' });
    assert.equal(event.ip, '127.0.0.1');
  });

  it('keeps 256 characters of the user agent', async () => {
    const agent = `long-agent/${'x'.repeat(1_000)}`;
    await requestToken(stack(), {}, { 'user-agent': agent });
    assert.equal((await eventOf(agent.slice(0, 256))).event.type, 'token.issued');
  });
});

describe('token.denied', () => {
  const DENIALS: [string, Record<string, string | undefined>, Record<string, unknown>][] = [
    [
      'a hook’s denial',
      { deny: '1' },
      {
        audience: 'API',
        client_name: 'Demo M2M client',
        hook: hookFields('denied'),
        error: { code: 'invalid_scope', status: 400 },
      },
    ],
    ['a wrong secret', { client_secret: 'wrong-secret' }, { error: { code: 'access_denied', status: 401 } }],
    [
      'an unknown client',
      { client_id: 'unknown' },
      { client_id: 'unknown', error: { code: 'access_denied', status: 401 } },
    ],
    [
      'a public client',
      { client_id: 'public', client_secret: undefined },
      { client_id: 'public', client_name: 'public', error: { code: 'unauthorized_client', status: 403 } },
    ],
    [
      'an unknown audience',
      { audience: 'unknown' },
      { client_name: 'Demo M2M client', error: { code: 'access_denied', status: 403 } },
    ],
    [
      'a scope too many',
      { scope: 'admin' },
      { client_name: 'Demo M2M client', audience: 'API', error: { code: 'access_denied', status: 403 } },
    ],
    ['no client', { client_id: undefined }, { client_id: undefined, error: { code: 'invalid_client', status: 401 } }],
    [
      'an unsupported grant',
      { grant_type: 'password' },
      { client_id: undefined, error: { code: 'unsupported_grant_type', status: 400 } },
    ],
  ];
  for (const [what, parameters, expected] of DENIALS) {
    it(`is ${what}`, async () => {
      const { subject, event, agent } = await observed(parameters);
      assert.equal(subject, 'hookmint.demo.token.denied');
      const all: Record<string, unknown> = {
        type: 'token.denied',
        ip: '127.0.0.1',
        user_agent: agent,
        client_id: stack().clientId,
        ...expected,
        ...('audience' in expected ? { audience: stack().audience } : {}),
      };
      assert.deepEqual(
        fixedPart(event),
        Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
      );
    });
  }

  it('is a request that cannot be parsed', async () => {
    const agent = 'events-test/unparsable';
    const { status } = await postToken(stack(), '{', { 'content-type': 'application/json', 'user-agent': agent });
    assert.equal(status, 400);
    const { subject, event } = await eventOf(agent);
    assert.equal(subject, 'hookmint.demo.token.denied');
    assert.deepEqual(event.error, { code: 'invalid_request', status: 400 });
  });
});

describe('token.failed', () => {
  it('is a hook that failed, with what it threw and where', async () => {
    const { subject, event, agent } = await observed({ fail: '1' });
    assert.equal(subject, 'hookmint.demo.token.failed');
    assert.match(event.hook?.error?.stack ?? '', /^Error: thrown-detail\n {4}at .*hook\.js:4:\d+/);
    delete event.hook?.error?.stack;
    assert.deepEqual(fixedPart(event), {
      type: 'token.failed',
      ip: '127.0.0.1',
      user_agent: agent,
      client_id: stack().clientId,
      client_name: 'Demo M2M client',
      audience: stack().audience,
      hook: { ...hookFields('threw'), error: { name: 'Error', message: 'thrown-detail' } },
      error: { code: 'server_error', status: 500 },
    });
  });
});

describe('the stream', () => {
  it('holds one event for each of many requests at once, in messages of at most 64', async () => {
    const before = await stored();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => requestToken(stack(), {}, { 'user-agent': `many/${String(n)}` })),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    await Promise.all(answers.map((_, n) => eventOf(`many/${String(n)}`)));
    const events = (await stored()).slice(before.length).map(({ event }) => event);
    assert.equal(events.length, 100);
    assert.equal(new Set(events.map(({ id }) => id)).size, 100);
  });

  it('holds no token, no secret, no value of a claim, and of a hook no text but of what it threw', async () => {
    const { answer } = await observed();
    const { clientId, clientSecret } = stack();
    const authorization = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    await observed({ client_id: undefined, client_secret: undefined }, { authorization: `Basic ${authorization}` });
    const everything = (await stored()).map(({ text }) => text).join('\n');
    const token = String(answer.body.access_token);
    for (const secret of [
      clientSecret,
      authorization,
      token,
      token.split('.')[1] ?? token,
      token.split('.')[2] ?? token,
      'wrong-secret',
      'the-value-of-a-claim',
      'the-value-of-a-forgery',
      'denied-detail',
    ]) {
      assert.equal(everything.includes(secret), false, `found: ${secret}`);
    }
  });

  it('is written by the gateway alone: whoever sets hookmint up reads, and may not write an event', async () => {
    const bus = await stack().bus();
    const before = (await stored()).length;
    await assert.rejects(jetstream(bus).publish('hookmint.demo.token.issued', '{}', { timeout: 500 }));
    assert.equal((await stored()).length, before);
  });
});
