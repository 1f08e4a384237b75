import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { decodeJwt } from 'jose';
import { clientGrantsIn } from '../../shared/store/client-grants.ts';
import { firstLine } from '../support/first-line.ts';
import { openManagement, type Management } from '../support/management.ts';
import { postJson } from '../support/post-token.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openManagement(started);
});

type Json = Record<string, unknown>;
type Entry = { number: number; revision: string; created_by: string; current: boolean; draft: boolean };

async function must(status: number, method: string, path: string, body?: unknown): Promise<Json> {
  const answer = await api.call(method, path, body);
  assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as Json;
}

const scriptOf = (value: string): string =>
  `module.exports = (client, scope, audience, context, cb) => cb(null, { scope, 'https://example.com/claim': ${value} });`;

async function made(name: string, rest: Json = {}): Promise<string> {
  const body = { name, script: scriptOf("'one'"), triggerId: 'credentials-exchange', ...rest };
  return String((await must(201, 'POST', '/hooks', body)).id);
}

const revisionsOf = async (id: string): Promise<Entry[]> =>
  (await must(200, 'GET', `/hooks/${id}/revisions`)).revisions as Entry[];

async function claim(): Promise<unknown> {
  const { body } = await postJson(stack());
  return decodeJwt(String(body.access_token))['https://example.com/claim'];
}

test('a draft is written, deployed and rolled back from; each time the next token shows it', async () => {
  const id = await made('history', { enabled: true });
  const draft = await must(201, 'POST', `/hooks/${id}/revisions`, { script: scriptOf("'two'") });
  assert.equal(draft.number, 2);
  assert.deepEqual([draft.current, draft.draft, draft.created_by], [false, true, stack().managementClientId]);
  assert.equal(await claim(), 'one');

  const deployed = await must(200, 'POST', `/hooks/${id}/revisions/${String(draft.revision)}/deploy`, {});
  assert.equal(deployed.script, scriptOf("'two'"));
  assert.equal(await claim(), 'two');

  const [second, first] = await revisionsOf(id);
  assert.deepEqual([second?.current, second?.draft, first?.current, first?.draft], [true, false, false, false]);
  await must(200, 'POST', `/hooks/${id}/revisions/${String(first?.revision)}/deploy`);
  assert.equal(await claim(), 'one');
  assert.deepEqual(
    (await revisionsOf(id)).map(({ number, current, draft: isDraft }) => [number, current, isDraft]),
    [
      [2, false, false],
      [1, true, false],
    ],
  );
});

test('what changes nothing makes no revision, and the same content is the same one', async () => {
  const id = await made('idempotent');
  await must(201, 'POST', `/hooks/${id}/secrets`, { KEY: 'value' });
  const [before] = await revisionsOf(id);
  assert.equal(before?.number, 2);
  await must(200, 'PATCH', `/hooks/${id}`, { script: scriptOf("'one'"), dependencies: {} });
  await must(201, 'PATCH', `/hooks/${id}/secrets`, { KEY: 'value' });
  await must(200, 'PATCH', `/hooks/${id}`, { hookmint: { secrets: { KEY: 'value' }, limits: {}, egress: {} } });
  assert.equal((await revisionsOf(id)).length, 2);

  await must(200, 'PATCH', `/hooks/${id}`, { script: scriptOf("'two'") });
  await must(200, 'PATCH', `/hooks/${id}`, { script: scriptOf("'one'") });
  assert.deepEqual(
    (await revisionsOf(id)).map(({ number, current }) => [number, current]),
    [
      [3, false],
      [2, true],
      [1, false],
    ],
  );
});

test('a revision tells its modules and the names of its secrets, never a value', async () => {
  const script = "const buffer = require('buffer');\nmodule.exports = (c, s, a, x, cb) => cb(null, {});";
  const id = await made('shown', {
    script,
    hookmint: { secrets: { KEY: 'of great secrecy' }, limits: { cpu_ms: 70 } },
  });
  const [entry] = await revisionsOf(id);
  const revision = await must(200, 'GET', `/hooks/${id}/revisions/${String(entry?.revision)}`);
  assert.deepEqual(
    [revision.script, revision.dependencies, revision.modules, revision.secrets, revision.kind],
    [script, {}, [], ['KEY'], 'hook'],
  );
  assert.equal((revision.limits as Json).cpu_ms, 70);
  assert.ok(!JSON.stringify(revision).includes('of great secrecy'));
});

test('only a revision of its own history can be deployed, shown or run', async () => {
  const [mine, others] = [await made('mine'), await made('others', { script: scriptOf("'theirs'") })];
  const revision = String((await revisionsOf(others))[0]?.revision);
  const path = `/hooks/${mine}/revisions/${revision}`;
  for (const [method, suffix] of [
    ['GET', ''],
    ['POST', '/deploy'],
    ['POST', '/dry-run'],
  ] as const) {
    const error = await must(404, method, `${path}${suffix}`, method === 'GET' ? undefined : {});
    assert.equal(error.errorCode, 'inexistent_hook_revision');
  }
  assert.equal((await api.call('GET', `/hooks/${mine}/revisions/not-one`)).status, 400);
});

test('a dry run tells claims, scopes, what was dropped, console, network and times, and issues nothing', async (t) => {
  const server = createServer((_request, response) => void response.end('there')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const script = `
    global.runs = (global.runs || 0) + 1;
    module.exports = async (client, scope, audience, context, cb) => {
      console.log('secret is', context.webtask.secrets.KEY, 'plan', client.metadata.plan);
      const text = await (await fetch('http://127.0.0.1:${String(port)}/path?q=private')).text();
      cb(null, { scope: ['b', 'c'], iss: 'https://evil.example.com/', 'https://example.com/text': text, 'https://example.com/runs': global.runs });
    };`;
  const hookmint = { egress: { allowed_addresses: ['127.0.0.1'] }, secrets: { KEY: 'not to be seen' } };
  const id = await made('tried', { script, hookmint });
  const revision = String((await revisionsOf(id))[0]?.revision);
  const run = (): Promise<Json> =>
    must(200, 'POST', `/hooks/${id}/revisions/${revision}/dry-run`, {
      event: { scope: ['a', 'b'], client: { metadata: { plan: 'gold' } } },
    });
  const result = await run();
  assert.deepEqual(result.token, {
    scope: ['b', 'c'],
    claims: { 'https://example.com/text': 'there', 'https://example.com/runs': 1 },
  });
  assert.deepEqual(result.scope_changes, { removed: ['a'], added: ['c'] });
  assert.deepEqual(result.dropped, [{ kind: 'claim', name: 'iss', reason: 'reserved' }]);
  assert.deepEqual(result.console, [{ level: 'log', text: 'secret is [secret KEY] plan gold' }]);
  const [call, ...others] = result.network as Json[];
  assert.deepEqual(others, []);
  assert.deepEqual([call?.method, call?.host, call?.status], ['GET', `127.0.0.1:${String(port)}`, 200]);
  assert.ok(!JSON.stringify(result).includes('private'));
  assert.deepEqual(result.outcome, { status: 'ok' });
  assert.equal(result.answer, null);
  assert.ok(Number(result.cpu_ms) > 0 && Number(result.wall_ms) > 0);
  // In a fresh isolate each time.
  assert.deepEqual((await run()).token, result.token);
});

test('a dry run of what fails tells the answer and the place in the script', async () => {
  const id = await made('broken', { script: 'module.exports = () => {\n  throw new TypeError("no such thing");\n};' });
  const revision = String((await revisionsOf(id))[0]?.revision);
  const result = await must(200, 'POST', `/hooks/${id}/revisions/${revision}/dry-run`, {});
  assert.equal(result.token, null);
  assert.equal((result.answer as Json).status, 500);
  const outcome = result.outcome as { status: string; error: { name: string; stack: string } };
  assert.deepEqual([outcome.status, outcome.error.name], ['threw', 'TypeError']);
  assert.match(outcome.error.stack, /hook\.js:2:/);
});

test('the policy for claims is the tenant’s unless another is asked for', async () => {
  const id = await made('policy', { script: 'module.exports = (c, s, a, x, cb) => cb(null, { scope: s, plain: 1 });' });
  const path = `/hooks/${id}/revisions/${String((await revisionsOf(id))[0]?.revision)}/dry-run`;
  assert.deepEqual((await must(200, 'POST', path)).dropped, [
    { kind: 'claim', name: 'plain', reason: 'not_namespaced' },
  ]);
  assert.deepEqual((await must(200, 'POST', path, { custom_claims: 'relaxed' })).dropped, []);
});

test('what a hook prints is followed live, and other hooks are not heard', async (t) => {
  const printing = (text: string): string =>
    `module.exports = (c, s, a, x, cb) => { console.warn('${text}'); cb(null, { scope: s }); };`;
  const quiet = await made('not-followed', { script: printing('other'), enabled: true });
  const id = await made('followed', { script: printing('hello') });
  const stop = new AbortController();
  t.after(() => stop.abort());
  const response = await fetch(`${stack().url}/api/v2/hooks/${id}/logs`, {
    headers: { authorization: `Bearer ${api.token}` },
    signal: stop.signal,
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^application\/x-ndjson/);
  await postJson(stack());
  await must(200, 'PATCH', `/hooks/${id}`, { enabled: true });
  await postJson(stack());
  const log = JSON.parse(await firstLine(response)) as { hook: Json; lines: Json[]; time_ms: number };
  assert.deepEqual([log.hook.id, log.hook.name], [id, 'followed']);
  assert.deepEqual(log.lines, [{ level: 'warn', text: 'hello' }]);
  assert.ok(Math.abs(Date.now() - log.time_ms) < 30_000);
  await must(204, 'DELETE', `/hooks/${quiet}`);
  assert.equal((await api.call('GET', `/hooks/${quiet}/logs`)).status, 404);
});

test('each operation needs its scope', async () => {
  const id = await made('scoped');
  const reader = await clientWith('read:hooks');
  const errorOf = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const { status, body: error } = await reader.call(method, path, body);
    return [status, (error as Json).message];
  };
  const insufficient = (scopes: string): unknown => [403, `Insufficient scope, expected any of: ${scopes}`];
  assert.equal((await reader.call('GET', `/hooks/${id}`)).status, 200);
  assert.deepEqual(await errorOf('POST', '/hooks', {}), insufficient('create:hooks'));
  assert.deepEqual(await errorOf('PATCH', `/hooks/${id}`, {}), insufficient('update:hooks'));
  assert.deepEqual(await errorOf('DELETE', `/hooks/${id}`), insufficient('delete:hooks'));
  assert.deepEqual(await errorOf('POST', `/hooks/${id}/revisions`, {}), insufficient('update:hooks'));
  assert.deepEqual(await errorOf('POST', `/hooks/${id}/secrets`, {}), insufficient('update:hooks'));
});

/** A client of the Management API that has these scopes only. */
async function clientWith(...scope: string[]): Promise<Management> {
  const { clientId, clientSecret, url } = stack();
  const grant = { id: 'cgr_readerreaderread', client_id: clientId, audience: `${url}/api/v2/`, scope };
  await clientGrantsIn(await stack().db()).put(grant);
  await stack().announceChange();
  return openManagement(stack(), { client_id: clientId, client_secret: clientSecret });
}

test('a dry run repeats the token request of a log', async () => {
  const id = await made('repeated', { enabled: true, script: scriptOf('[client.id, client.metadata.plan, audience]') });
  const agent = 'dry-run-of-a-log';
  const token = await requestToken(stack(), {}, { 'user-agent': agent });
  assert.equal(token.status, 200, JSON.stringify(token.body));
  const logs = async (q: string): Promise<{ log_id: string }[]> =>
    (await api.call('GET', `/logs?q=${encodeURIComponent(q)}`)).body as { log_id: string }[];
  await until('its log', async () => (await logs(`user_agent:"${agent}"`)).length > 0);
  const log_id = (await logs(`user_agent:"${agent}"`))[0]?.log_id;
  const path = `/hooks/${id}/revisions/${String((await revisionsOf(id))[0]?.revision)}/dry-run`;
  const result = await must(200, 'POST', path, { log_id });
  assert.deepEqual(result.token, {
    scope: ['read:data'],
    claims: { 'https://example.com/claim': [stack().clientId, 'full', stack().audience] },
  });

  assert.equal((await must(404, 'POST', path, { log_id: '1' })).errorCode, 'inexistent_log');
  const write = (await logs('type:sapi'))[0]?.log_id;
  const refusal = await must(400, 'POST', path, { log_id: write });
  assert.match(String(refusal.message), /must be the log of a token request that reached a hook' on property log_id/);
  assert.match(String((await must(400, 'POST', path, { log_id, event: {} })).message), /event or log_id, not both/);
});

test('the contract of a hook stays with code that tells none, and changes where it is said', async () => {
  const contractOf = async (id: string): Promise<unknown> =>
    ((await must(200, 'GET', `/hooks/${id}`)).hookmint as Json | undefined)?.contract;
  const handler = (plan: string): string =>
    `Object.assign(exports, { handler: async (event) => ({ ...event, plan: '${plan}' }) });`;
  const lambda = await made('lambda', { script: handler('one'), hookmint: { contract: 'cognito-lambda' } });
  await must(200, 'PATCH', `/hooks/${lambda}`, { script: handler('two') });
  assert.equal(await contractOf(lambda), 'cognito-lambda');

  const logto = await made('logto', { script: 'const getCustomJwtClaims = async () => ({ plan: 1 });' });
  assert.equal(await contractOf(logto), 'logto');
  const refused = await must(400, 'PATCH', `/hooks/${logto}`, { script: scriptOf("'one'") });
  assert.equal(refused.errorCode, 'hook_exports_nothing');
  assert.match(String(refused.message), /the contract of the hook is logto: say another with hookmint\.contract$/);
  assert.equal(await contractOf(logto), 'logto');
  await must(200, 'PATCH', `/hooks/${logto}`, { script: scriptOf("'one'"), hookmint: { contract: 'auth0-hook' } });
  assert.equal(await contractOf(logto), undefined);
  await must(200, 'PATCH', `/hooks/${logto}`, {
    script: handler('one').replace('Object.assign(exports, {', 'exports.handler = ({').replace(' });', ' }).handler;'),
  });
  assert.equal(await contractOf(logto), 'cognito-lambda');

  const webhook = (path: string): string =>
    JSON.stringify({ url: `https://hooks.example.com/${path}`, secret: { secret: 'KEY' } });
  const endpoint = await made('endpoint', { script: webhook('one'), hookmint: { contract: 'webhook' } });
  await must(200, 'PATCH', `/hooks/${endpoint}`, { script: webhook('two') });
  assert.equal(await contractOf(endpoint), 'webhook');
});
