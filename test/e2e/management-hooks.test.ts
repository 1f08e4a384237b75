import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJwt } from 'jose';
import { openManagement, type Management } from '../support/management.ts';
import { postJson } from '../support/post-token.ts';
import { withStack } from '../support/with-stack.ts';

let api: Management;
const stack = withStack({ hook: null }, async (started) => {
  api = await openManagement(started);
});

const scriptOf = (value: string): string =>
  `module.exports = (client, scope, audience, context, cb) => cb(null, { scope, 'https://example.com/claim': ${value} });`;
const hookOf = (name: string, rest: object = {}) => ({
  name,
  script: scriptOf("'first'"),
  triggerId: 'credentials-exchange',
  ...rest,
});

type View = { id: string; name: string; enabled: boolean } & Record<string, unknown>;

async function made(name: string, rest: object = {}): Promise<View> {
  const { status, body } = await api.call('POST', '/hooks', hookOf(name, rest));
  assert.equal(status, 201, JSON.stringify(body));
  return body as View;
}

/** What the enabled hook puts into a token. */
async function claim(): Promise<unknown> {
  const { status, body } = await postJson(stack());
  assert.equal(status, 200, JSON.stringify(body));
  return decodeJwt(String(body.access_token))['https://example.com/claim'];
}

test('a hook is made with a normalised name, and is not enabled unless that is asked for', async () => {
  const hook = await made('test-hook735', { dependencies: {} });
  assert.match(hook.id, /^[0-9A-HJKMNP-TV-Z]{26}$/);
  assert.deepEqual(hook, {
    id: hook.id,
    name: 'test-hook-735',
    script: scriptOf("'first'"),
    dependencies: {},
    triggerId: 'credentials-exchange',
    enabled: false,
  });
  assert.deepEqual((await api.call('GET', `/hooks/${hook.id}`)).body, hook);
  assert.deepEqual((await api.call('GET', `/hooks/${hook.id}?fields=name,enabled`)).body, {
    name: 'test-hook-735',
    enabled: false,
  });
  const again = await api.call('POST', '/hooks', hookOf('Test Hook735'));
  assert.equal(again.status, 409);
  assert.equal((again.body as { errorCode: string }).errorCode, 'hook_conflict');
});

test('the enabled hook shapes the next token, and a changed script the one after the change', async () => {
  const hook = await made('live', { enabled: true });
  assert.equal(hook.enabled, true);
  assert.equal(await claim(), 'first');
  const changed = await api.call('PATCH', `/hooks/${hook.id}`, { script: scriptOf("'second'") });
  assert.equal(changed.status, 200);
  assert.equal((changed.body as View).enabled, true);
  assert.equal(await claim(), 'second');

  const other = await made('live-too', { enabled: 'true', script: scriptOf("'other'") });
  assert.equal(await claim(), 'other');
  assert.equal(((await api.call('GET', `/hooks/${hook.id}`)).body as View).enabled, false);
  const enabled = (await api.call('GET', '/hooks?enabled=true')).body as View[];
  assert.deepEqual(
    enabled.map(({ id }) => id),
    [other.id],
  );

  // Of another hook than the enabled one: nothing changes.
  assert.equal((await api.call('PATCH', `/hooks/${hook.id}`, { enabled: false })).status, 200);
  assert.equal(await claim(), 'other');
  assert.equal((await api.call('DELETE', `/hooks/${other.id}`)).status, 204);
  assert.equal(await claim(), undefined);
  assert.equal((await api.call('GET', `/hooks/${other.id}`)).status, 404);
  assert.equal((await api.call('DELETE', `/hooks/${other.id}`)).status, 204);
});

test('lists are whole without per_page, and paged with it', async () => {
  for (const number of [1, 2, 3]) await made(`listed-${String(number)}`);
  const all = (await api.call('GET', '/hooks')).body as View[];
  assert.ok(all.length >= 3);
  const page = await api.call('GET', '/hooks?page=1&per_page=2&include_totals=true');
  const { hooks, ...totals } = page.body as { hooks: View[] } & Record<string, number>;
  assert.deepEqual(totals, { start: 2, limit: 2, total: all.length });
  assert.deepEqual(hooks, all.slice(2, 4));
  const { limit } = (await api.call('GET', '/hooks?include_totals=true')).body as { limit: number };
  assert.equal(limit, 50);
  assert.deepEqual((await api.call('GET', '/hooks?triggerId=post-change-password')).body, []);
});

test('a hook that cannot be taken is refused, with the member and the reason', async () => {
  const hook = await made('refusals');
  const refusals: [method: string, path: string, body: unknown, message: RegExp, errorCode?: string][] = [
    [
      'POST',
      '/hooks',
      hookOf('x', { triggerId: 'pre-user-registration' }),
      /credentials-exchange hooks only|hooks of the trigger credentials-exchange only/,
    ],
    ['POST', '/hooks', hookOf('x', { triggerId: 'made-up' }), /triggerId/],
    ['POST', '/hooks', hookOf('-x'), /property name/],
    ['POST', '/hooks', hookOf('x', { script: '' }), /property script/],
    ['POST', '/hooks', hookOf('x', { active: true }), /Additional properties not allowed: active/],
    [
      'PATCH',
      `/hooks/${hook.id}`,
      { triggerId: 'credentials-exchange' },
      /Additional properties not allowed: triggerId/,
    ],
    ['PATCH', `/hooks/${hook.id}`, { enabled: 'yes' }, /property enabled/],
    ['PATCH', `/hooks/${hook.id}`, { hookmint: { limits: { cpu_ms: 0 } } }, /hookmint\.limits\.cpu_ms/],
    ['PATCH', `/hooks/${hook.id}`, { script: 'module.exports = (' }, /hook\.js:1:\d+/, 'hook_syntax_error'],
    ['PATCH', `/hooks/${hook.id}`, { script: "module.exports = require('left-pad')" }, /left-pad/, 'module_undeclared'],
    [
      'PATCH',
      `/hooks/${hook.id}`,
      { script: "module.exports = require('a')", dependencies: { a: 'file:../x' } },
      /"?a"?/,
      'dependency_invalid',
    ],
  ];
  for (const [method, path, body, message, errorCode = 'invalid_body'] of refusals) {
    const answer = await api.call(method, path, body);
    const error = answer.body as { message: string; errorCode: string };
    assert.equal(answer.status, 400, JSON.stringify(answer.body));
    assert.match(error.message, message);
    assert.equal(error.errorCode, errorCode, error.message);
  }
  assert.deepEqual((await api.call('GET', `/hooks/${hook.id}`)).body, hook);
});

test('a form is taken as well as JSON', async () => {
  const form = new URLSearchParams({
    name: 'of a form',
    script: 'module.exports = 1',
    triggerId: 'credentials-exchange',
  });
  form.set('enabled', 'false');
  const response = await fetch(`${stack().url}/api/v2/hooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.token}` },
    body: form,
  });
  assert.equal(response.status, 201);
  assert.equal(((await response.json()) as View).name, 'of-a-form');
});

test('secrets are written, never read, and reach the hook', async () => {
  const script = `module.exports = (c, s, a, context, cb) => cb(null, { 'https://example.com/claim': Object.entries(context.webtask.secrets).map(([k, v]) => k + v.length).join() });`;
  const { id } = await made('with-secrets', { script, enabled: true });
  const path = `/hooks/${id}/secrets`;
  assert.deepEqual((await api.call('GET', path)).body, {});

  const added = await api.call('POST', path, { API_KEY: 'abc', OTHER: 'defgh' });
  assert.deepEqual([added.status, added.body], [201, {}]);
  assert.deepEqual((await api.call('GET', path)).body, { API_KEY: '_VALUE_NOT_SHOWN_', OTHER: '_VALUE_NOT_SHOWN_' });
  assert.equal(await claim(), 'API_KEY3,OTHER5');

  assert.equal((await api.call('POST', path, { OTHER: 'x' })).status, 409);
  assert.equal((await api.call('PATCH', path, { MISSING: 'x' })).status, 404);
  const changed = await api.call('PATCH', path, { OTHER: 'x' });
  assert.deepEqual([changed.status, changed.body], [201, {}]);
  assert.equal(await claim(), 'API_KEY3,OTHER1');

  const removed = await api.call('DELETE', path, ['API_KEY']);
  assert.deepEqual([removed.status, removed.body], [204, undefined]);
  assert.equal(await claim(), 'OTHER1');

  const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`N${String(index)}`, 'x']));
  const over = await api.call('POST', path, many);
  assert.equal(over.status, 400);
  assert.match((over.body as { message: string }).message, /at most 20 secrets/);
  assert.equal((await api.call('DELETE', path, [])).status, 400);
  assert.equal((await api.call('GET', '/hooks/01GEPVQEH9SX3RSTYY561TR92N/secrets')).status, 404);
});

test('limits, egress, failure policy and isolation are told only where they are not the default', async () => {
  const hookmint = {
    limits: { cpu_ms: 50 },
    egress: { allowed_hosts: ['example.com'] },
    on_failure: 'issue_unmodified',
    isolation: 'process',
  };
  const hook = await made('policies', { hookmint });
  assert.deepEqual(hook.hookmint, hookmint);
  const { body } = await api.call('PATCH', `/hooks/${hook.id}`, {
    hookmint: { limits: {}, on_failure: 'deny', isolation: 'shared' },
  });
  assert.deepEqual((body as View).hookmint, { egress: hookmint.egress });
});

test('another name of a hook keeps its revision', async () => {
  const hook = await made('old-name');
  const { body } = await api.call('PATCH', `/hooks/${hook.id}`, { name: 'New Name' });
  assert.deepEqual(body, { ...hook, name: 'new-name' });
  assert.equal((await api.call('PATCH', `/hooks/${hook.id}`, { name: 'policies' })).status, 409);
  const { revisions } = (await api.call('GET', `/hooks/${hook.id}/revisions`)).body as { revisions: unknown[] };
  assert.equal(revisions.length, 1);
});

test('concurrent edits of one hook lose nothing', async () => {
  const { id } = await made('contended');
  const names = Array.from({ length: 12 }, (_, index) => `S${String(index)}`);
  const answers = await Promise.all(names.map((name) => api.call('POST', `/hooks/${id}/secrets`, { [name]: name })));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
  const secrets = (await api.call('GET', `/hooks/${id}/secrets`)).body as object;
  assert.deepEqual(Object.keys(secrets).sort(), names.sort());
});
