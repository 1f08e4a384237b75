import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { makeClient, openPatiently } from '../e2e/management-clients-fixtures.ts';
import type { Management } from '../support/management.ts';
import { postToken } from '../support/post-token.ts';
import { withStack } from '../support/with-stack.ts';
import { attackClass } from './attack-class.ts';
import { callAs, makeHook, nested } from './management-fixtures.ts';

// Against the running services: what a client with every scope keeps them from doing for others.

const REQUESTS_PER_SECOND = 100;
let api: Management;
const stack = withStack(
  { hook: null, env: { HOOKMINT_MANAGEMENT_RATE_LIMIT_PER_SECOND: String(REQUESTS_PER_SECOND) } },
  async (started) => {
    api = await openPatiently(started);
  },
);

const send = (method: string, path: string, json: string) => callAs(stack(), api.token, [method, path], json);

const exhaust = attackClass('expensive requests');

/** How long the service answers nobody else while it answers this, ms. */
async function blockedBy(request: () => Promise<{ status: number }>): Promise<{ status: number; blockedMs: number }> {
  const asked = { done: false };
  let blockedMs = 0;
  const answered = request().finally(() => {
    asked.done = true;
  });
  const others = (async () => {
    while (!asked.done) {
      const startedMs = performance.now();
      await fetch(`${stack().url}/api/v2/nothing-here`).then((response) => response.text());
      blockedMs = Math.max(blockedMs, performance.now() - startedMs);
      await delay(5);
    }
  })();
  const { status } = await answered;
  await others;
  return { status, blockedMs };
}

/** On a machine that does other things as well; what is bounded takes a tenth of it, what is not several seconds. */
const MAX_BLOCKED_MS = 1_000;

const EXPENSIVE: [what: string, method: string, path: () => Promise<string>, json: () => string][] = [
  ['600,000 wrong items', 'PATCH', clientPath, () => `{"callbacks":[${'1,'.repeat(600_000)}1]}`],
  ['100,000 wrong entries', 'PATCH', clientPath, () => `{"client_metadata":{${entries(90_000)}}}`],
  ['100,000 members that there are not', 'PATCH', clientPath, () => `{${entries(90_000)}}`],
  ['text that no pattern takes', 'POST', () => Promise.resolve('/hooks'), () => `{"name":"${'a '.repeat(600_000)}!"}`],
  ['a name without an end', 'POST', () => Promise.resolve('/clients'), () => `{"name":"${'a'.repeat(1_200_000)}<"}`],
  [
    'a time of a million digits',
    'POST',
    credentialPath,
    () => `{"pem":"x","expires_at":"2030-01-01T00:00:00.${'0'.repeat(1_200_000)}"}`,
  ],
  [
    'a key of base64 without an end',
    'POST',
    credentialPath,
    () => `{"pem":"-----BEGIN PUBLIC KEY-----${'A'.repeat(1_200_000)}"}`,
  ],
  ['100,000 levels', 'PATCH', clientPath, () => `{"addons":{"a":${nested(100_000)}}}`],
  ['levels in the event of a dry run', 'POST', dryRunPath, () => `{"event":{"body":{"a":${nested(100_000)}}}}`],
  [
    'many scopes',
    'POST',
    () => Promise.resolve('/resource-servers'),
    () => `{"identifier":"x","scopes":[${'{"value":1},'.repeat(90_000)}{}]}`,
  ],
];
for (const [what, method, path, json] of EXPENSIVE) {
  exhaust(`a body with ${what}`, async () => {
    const [at, body] = [await path(), json()];
    const { status, blockedMs } = await blockedBy(() => send(method, at, body));
    assert.equal(status, 400);
    assert.ok(blockedMs < MAX_BLOCKED_MS, `${String(Math.round(blockedMs))} ms`);
  });
}

async function clientPath(): Promise<string> {
  return `/clients/${(await makeClient(api)).client_id}`;
}

async function credentialPath(): Promise<string> {
  return `${await clientPath()}/credentials`;
}

async function dryRunPath(): Promise<string> {
  const { id, revision } = await makeHook(api, `Dry run ${String(Date.now())}`);
  return `/hooks/${id}/revisions/${revision}/dry-run`;
}

function entries(count: number): string {
  return Array.from({ length: count }, (_, index) => `"k${String(index)}":1`).join(',');
}

exhaust('an answer that repeats all that was wrong', async () => {
  const { status, body } = await send('PATCH', await clientPath(), `{${entries(5_000)}}`);
  assert.equal(status, 400);
  assert.ok(JSON.stringify(body).length < 4_096 && JSON.stringify(body).includes('k0, k1'));
});

const SEARCHES = [
  `${'('.repeat(1_000)}type:a${')'.repeat(1_000)}`,
  'NOT '.repeat(500) + 'type:a',
  `${'NOT ('.repeat(300)}type:a`,
  '() '.repeat(600),
  `date:[${'" "'.repeat(600)}`,
  `date:[${' TO '.repeat(500)}]`,
  'type:"\\'.repeat(250),
  `${'type:a OR '.repeat(31)}type:a*`,
  'AND '.repeat(500),
];
exhaust('searches of the logs that a parser would take long for', async () => {
  for (const search of SEARCHES) {
    const path = `/logs?q=${encodeURIComponent(search)}&search=${encodeURIComponent(search)}`;
    const { status, blockedMs } = await blockedBy(() => api.call('GET', path));
    assert.ok(status === 400 || status === 200, search.slice(0, 40));
    assert.ok(blockedMs < MAX_BLOCKED_MS, `${search.slice(0, 40)}: ${String(Math.round(blockedMs))} ms`);
  }
});

exhaust('levels in a token request that a hook is shown', async () => {
  const { id } = await makeHook(api, 'Shown');
  assert.equal((await api.call('PATCH', `/hooks/${id}`, { enabled: true })).status, 200);
  const { clientId: client_id, clientSecret: client_secret, audience } = stack();
  const request = JSON.stringify({ grant_type: 'client_credentials', client_id, client_secret, audience });
  const body = `${request.slice(0, -1)},"deep":${nested(15_000)}}`;
  const { status } = await postToken(stack(), body, { 'content-type': 'application/json' });
  assert.equal((await api.call('PATCH', `/hooks/${id}`, { enabled: false })).status, 200);
  assert.ok(status < 500, String(status));
});

exhaust('more requests than a client may make, where hookmint has a product and where it has not', async () => {
  for (const path of ['/clients', '/users']) {
    const statuses: number[] = [];
    while (statuses.length < REQUESTS_PER_SECOND * 10 && !statuses.includes(429)) {
      const answers = Array.from({ length: 50 }, () => callAs(stack(), api.token, ['GET', path]));
      statuses.push(...(await Promise.all(answers)).map(({ status }) => status));
    }
    assert.ok(statuses.includes(429), path);
  }
  await delay(1_000);
});
