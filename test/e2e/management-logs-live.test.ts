import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { logsIn } from '../../shared/store/logs.ts';
import { openWithScopes } from './management-clients-fixtures.ts';
import { enableHook } from '../support/enable-hook.ts';
import { openManagement, type Management } from '../support/management.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

type Log = { log_id: string; type: string; user_agent?: string; skipped?: number; details: Record<string, unknown> };

let management: Management;
const hookId = 'test-hook';
let revision = '';
const stack = withStack({ hook: null }, async (started) => {
  await enableHook(
    started,
    `module.exports = function (client, scope, audience, context, cb) {
      if (context.body.deny) return cb(new InvalidScopeError('no'));
      cb(null, { scope });
    };`,
  );
  management = await openManagement(started);
  const { body } = await management.call('GET', `/hooks/${hookId}/revisions`);
  revision = (body as { revisions: { revision: string }[] }).revisions[0]?.revision ?? '';
});

const stop = new AbortController();
after(() => stop.abort());

/** Reads the stream into a list, until it ends or the test does. */
function listen(query: string, token = management.token) {
  const heard: Log[] = [];
  const opened = fetch(`${stack().url}/api/v2/logs/live?${query}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: stop.signal,
  });
  const ended = opened.then(async ({ body }) => {
    let rest = '';
    for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') heard.push(JSON.parse(line) as Log);
    }
  });
  ended.catch(() => undefined);
  return { heard, opened, ended };
}

const ask = (agent: string, parameters: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  requestToken(stack(), parameters, { 'user-agent': agent, ...headers });

async function search(q: string): Promise<Log[]> {
  const { status, body } = await management.call('GET', `/logs?q=${encodeURIComponent(q)}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body as Log[];
}

describe('logs as they are made', () => {
  it('are told as they are written, and no other; in their order', async () => {
    const all = listen('');
    const refused = listen('q=type:feccft');
    assert.equal((await all.opened).headers.get('content-type'), 'application/x-ndjson');
    await refused.opened;
    for (const [index, parameters] of [{}, { deny: '1' }, {}].entries()) await ask(`live/${String(index)}`, parameters);
    const agents = (logs: readonly Log[]) =>
      logs.flatMap(({ user_agent = '' }) => (user_agent.startsWith('live/') ? [user_agent] : []));
    await until('three logs', () => agents(all.heard).length === 3);
    assert.deepEqual(agents(all.heard).sort(), ['live/0', 'live/1', 'live/2']);
    await until('the refused one', () => refused.heard.length > 0);
    assert.deepEqual(agents(refused.heard), ['live/1']);
  });

  it('go on after the one that is named', async () => {
    await ask('again/0');
    await until('the log', async () => (await search('user_agent:"again/0"')).length === 1);
    const [first] = await search('user_agent:"again/0"');
    await ask('again/1');
    await ask('again/2');
    await until('both logs', async () => (await search('user_agent:again/*')).length === 3);
    const { heard } = listen(`q=${encodeURIComponent('user_agent:again/*')}&from=${first?.log_id ?? ''}`);
    await until('two logs', () => heard.length === 2);
    await delay(1_500);
    assert.deepEqual(heard.map(({ user_agent }) => user_agent).sort(), ['again/1', 'again/2'], 'each of them once');
  });

  it('tell the newest when there are too many, and how many were left out', async () => {
    const logs = logsIn(await stack().db());
    const from = (await logs.newestId()) ?? '';
    const idOf = (index: number): string => (BigInt(from) + BigInt(index) + 1n).toString().padStart(from.length, '0');
    const entries = Array.from({ length: 250 }, (_, index) => ({
      log_id: idOf(index),
      event_id: `flood-${String(index)}`,
      date: new Date(),
      type: 'w' as const,
      description: `flood ${String(index)}`,
      hostname: 'x',
      details: '{}',
    }));
    await logs.append(entries);
    const { heard } = listen(`q=type:w&from=${from}`);
    await until('200 logs', () => heard.length >= 200);
    assert.deepEqual([heard[0]?.skipped, heard[0]?.log_id, heard.length], [50, idOf(50), 200]);
    assert.equal(heard.filter(({ skipped }) => skipped !== undefined).length, 1);
    await logs.collection.deleteMany({ type: 'w' });
  });

  it('are not told to who may not read them, nor any more to who may no longer', { timeout: 90_000 }, async () => {
    const none = await openWithScopes(management, stack(), 'read:hooks');
    assert.equal((await listen('', none.token).opened).status, 403);
    assert.equal((await listen('q=scope:a').opened).status, 400);

    const narrow = await openWithScopes(management, stack(), 'read:logs');
    const { opened, ended } = listen('', narrow.token);
    assert.equal((await opened).status, 200);
    const { body } = await management.call('GET', '/client-grants?per_page=100');
    const { azp } = decodeJwt(narrow.token);
    const grant = (body as { id: string; client_id: string }[]).find(({ client_id }) => client_id === azp);
    assert.equal((await management.call('DELETE', `/client-grants/${grant?.id ?? ''}`)).status, 204);
    await ended;
  });
});

describe('a search of the logs', () => {
  it('finds a token by the hook, its revision, the correlation id and the jti; a refusal by its error', async () => {
    const apis = (await management.call('GET', '/resource-servers')).body as { id: string; identifier: string }[];
    const api = apis.find(({ identifier }) => identifier === stack().audience);
    // Only tokens of this profile have a jti.
    const profile = { token_dialect: 'rfc9068_profile' };
    assert.equal((await management.call('PATCH', `/resource-servers/${api?.id ?? ''}`, profile)).status, 200);
    await ask('found/0', {}, { 'x-correlation-id': 'found-by-this' });
    await ask('found/1', { deny: '1' });
    await until('both logs', async () => (await search('user_agent:found/*')).length === 2);
    const agentsOf = async (q: string) =>
      (await search(`user_agent:found/* AND ${q}`)).map(({ user_agent }) => user_agent).sort();
    const [issued] = await search('user_agent:"found/0"');
    const jti = String(issued?.details.access_token_jti);
    assert.deepEqual(await agentsOf(`hook_id:${hookId}`), ['found/0', 'found/1']);
    assert.deepEqual(await agentsOf(`hook_revision:"${revision}"`), ['found/0', 'found/1']);
    assert.deepEqual(await agentsOf('correlation_id:found-by-this'), ['found/0']);
    assert.deepEqual(await agentsOf(`jti:"${jti}"`), ['found/0']);
    assert.deepEqual(await agentsOf(`trace_id:${String(issued?.details.trace_id)}`), ['found/0']);
    assert.deepEqual(await agentsOf('error_code:invalid_scope'), ['found/1']);
    assert.deepEqual(await agentsOf('error_code:*'), ['found/1']);
    assert.deepEqual(await agentsOf('hook_outcome:denied'), ['found/1']);
    assert.deepEqual(await agentsOf('NOT hook_outcome:*'), ['found/0']);
    for (const q of ['hook_id:a*', 'jti:>a', 'error_code:[a TO b]']) {
      const { status, body } = await management.call('GET', `/logs?q=${encodeURIComponent(q)}`);
      assert.equal(status, 400, q);
      assert.match((body as { message: string }).message, /is compared with a whole value/);
    }
  });

  it('looks each of them up in an index', async () => {
    const { collection } = logsIn(await stack().db());
    for (const [field, value] of [
      ['hook_id', hookId],
      ['correlation_id', 'x'],
      ['jti', 'x'],
      ['trace_id', 'x'],
      ['error_code', 'x'],
    ] as const) {
      const plan = JSON.stringify(await collection.find({ [field]: { $eq: value } }).explain('queryPlanner'));
      assert.match(plan, /IXSCAN/, field);
      assert.doesNotMatch(plan, /COLLSCAN/, field);
    }
  });
});
