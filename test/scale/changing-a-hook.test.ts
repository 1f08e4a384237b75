import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodeJwt } from 'jose';
import { openManagement, type Management } from '../support/management.ts';
import { addClient, addGrant } from '../support/tenant-fixtures.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';

// A day of a tenant, played in a minute: what really came is recorded, a change that breaks three of fifty clients is rehearsed with it,
// runs as a shadow on what comes, and, deployed to a tenth of the clients and one that it breaks, returns by itself.

const PLAN = 'https://example.com/plan';
const SECRET = 'secret-of-a-client-of-this-test';
const CLIENTS = Array.from({ length: 50 }, (_, n) => `client-${String(n).padStart(2, '0')}`);
const BROKEN = [CLIENTS[7], CLIENTS[23], CLIENTS[41]];
const RECORDED = 5_000;
const AT_ONCE = 8;
const SHADOWED = 1_500;

/** As it is promised for two cores; a machine that is busy has more to do. */
const REHEARSED_WITHIN_MS = 10_000;
const REHEARSED = 1_000;
/** A busy machine has pauses of its own: what no token may take more of. */
const NOISE_RATIO = 2;
const NOISE_MS = 50;

const scriptOf = (plan: string): string =>
  `module.exports = (client, scope, audience, context, cb) => cb(null, { scope, '${PLAN}': ${plan} });`;
const DEPLOYED = scriptOf("client.metadata.plan || 'free'");
const BY = 'https://example.com/by';
/** From the first token that it broke. */
const RETURNED_WITHIN_MS = 5_000;
/** Whoever wrote it forgot those without a plan. */
const CHANGED = scriptOf('client.metadata.plan.toLowerCase()');
const WHY = "TypeError: Cannot read properties of undefined (reading 'toLowerCase')";

let management: Management;
let hookId = '';

const stack = withStack({ own: true, hook: null }, async (started) => {
  management = await openManagement(started);
  for (const client_id of CLIENTS) {
    const client_metadata: Record<string, string> = BROKEN.includes(client_id) ? {} : { plan: 'full' };
    await addClient(started, { client_id, client_metadata }, [SECRET]);
    await addGrant(started, client_id, started.audience, ['read:data']);
  }
  const hook = { name: 'changed', triggerId: 'credentials-exchange', script: DEPLOYED, enabled: true };
  hookId = String((await call('POST', '/hooks', hook)).id);
  await call('PATCH', '/tenants/settings', { recording: { percent: 100 } });
});

async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await management.call(method, path, body);
  assert(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as Record<string, unknown>;
}

/** Tokens for the clients in turn: how long each took, milliseconds. Each has the claim of the deployed revision. */
async function askFor(tokens: number): Promise<number[]> {
  const durations: number[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < tokens) {
      const client_id = CLIENTS[next++ % CLIENTS.length] ?? '';
      const startedMs = performance.now();
      const { status, body } = await requestToken(stack(), { client_id, client_secret: SECRET });
      durations.push(performance.now() - startedMs);
      assert.equal(status, 200, JSON.stringify(body));
      const plan = decodeJwt(String(body.access_token))[PLAN];
      assert.equal(plan, BROKEN.includes(client_id) ? 'free' : 'full');
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return durations;
}

const p99 = (durations: readonly number[]): number =>
  [...durations].sort((a, b) => a - b)[Math.floor(durations.length * 0.99)] ?? 0;

type Report = {
  source: string;
  requests: number;
  differing: number;
  not_run: number;
  groups: { kind: string; what: string; requests: number; clients: { client_id: string }[] }[];
  next?: string;
};
const told = ({ groups }: Report): unknown[] =>
  groups.map(({ kind, what, clients }) => [kind, what, clients.map(({ client_id }) => client_id).sort()]);
const EXPECTED = [['failed', WHY, BROKEN]];

it('a change that breaks three of fifty clients is seen before it shapes a token', { timeout: 900_000 }, async () => {
  const recorded = async (): Promise<number> => Number((await call('GET', '/hook-recordings?per_page=1')).total);
  for (let total = 0; total < RECORDED; total = await recorded()) await askFor(500);

  let from: string | undefined;
  const seen = { requests: 0, differing: 0, longestMs: 0 };
  for (let part = 0; part < RECORDED / REHEARSED; part++) {
    const startedMs = performance.now();
    const body = { script: CHANGED, last: REHEARSED, source: 'recordings', ...(from === undefined ? {} : { from }) };
    const report = (await call('POST', `/hooks/${hookId}/rehearsals`, body)) as unknown as Report;
    seen.longestMs = Math.max(seen.longestMs, performance.now() - startedMs);
    assert.deepEqual([report.source, report.requests, report.not_run], ['recordings', REHEARSED, 0]);
    assert.deepEqual(told(report), EXPECTED);
    seen.requests += report.requests;
    seen.differing += report.differing;
    from = report.next;
  }
  process.stdout.write(
    `scale: ${String(seen.requests)} recorded requests rehearsed, ${String(seen.differing)} differ; ${String(REHEARSED)} took ${(seen.longestMs / 1_000).toFixed(1)} s at most\n`,
  );
  assert(seen.longestMs <= REHEARSED_WITHIN_MS);

  await call('PATCH', '/tenants/settings', { recording: { percent: 0 } });
  const before = p99(await askFor(SHADOWED));
  const { revision } = await call('POST', `/hooks/${hookId}/revisions`, { script: CHANGED });
  await call('PUT', `/hooks/${hookId}/shadow`, { revision, percent: 100 });
  const beside = p99(await askFor(SHADOWED));
  let report: Report | undefined;
  await until('the shadow has found them', async () => {
    report = (await call('GET', `/hooks/${hookId}/shadow`)) as unknown as Report;
    if (report.groups[0]?.clients.length === BROKEN.length) return true;
    await askFor(CLIENTS.length);
    return false;
  });
  assert(report !== undefined);
  assert.deepEqual(told(report), EXPECTED);
  process.stdout.write(
    `scale: a shadow of 100 %: ${String(report.requests)} requests compared, ${String(report.not_run)} left out; p99 of a token ${before.toFixed(0)} ms without, ${beside.toFixed(0)} ms beside it\n`,
  );
  assert(
    beside <= before * NOISE_RATIO + NOISE_MS,
    `${String(before)} ms before, ${String(beside)} ms beside a shadow`,
  );
  await returnsByItself();
});

/** A tenth of the clients and a broken one have a change that says which tokens it shaped: all of these are told of. */
async function returnsByItself(): Promise<void> {
  const script = CHANGED.replace('{ scope', `{ scope, '${BY}': 'new'`);
  const { revision } = await call('POST', `/hooks/${hookId}/revisions`, { script });
  const gradual = { revision, percent: 10, client_ids: [BROKEN[0]] };
  await call('PUT', `/hooks/${hookId}/gradual-deployment`, gradual);
  let [shaped, firstBrokenMs, isOver] = [0, Infinity, false];
  async function work(first: number): Promise<void> {
    for (let n = first; !isOver; n += AT_ONCE) {
      const client_id = CLIENTS[n % CLIENTS.length] ?? '';
      const { status, body } = await requestToken(stack(), { client_id, client_secret: SECRET });
      if (status !== 200) {
        assert(BROKEN.includes(client_id), client_id);
        firstBrokenMs = Math.min(firstBrokenMs, performance.now());
      } else if (decodeJwt(String(body.access_token))[BY] === 'new') shaped++;
    }
  }
  type View = { state: string; breach?: string; tokens: number };
  const view = async (): Promise<View> => (await call('GET', `/hooks/${hookId}/gradual-deployment`)) as unknown as View;
  const traffic = Promise.all(Array.from({ length: AT_ONCE }, (_, n) => work(n)));
  let returnedMs = 0;
  await until('it has returned', async () => {
    returnedMs = performance.now();
    return (await view()).state === 'returned';
  }).finally(() => (isOver = true));
  await traffic;
  assert(returnedMs - firstBrokenMs <= RETURNED_WITHIN_MS, `${String(returnedMs - firstBrokenMs)} ms`);
  assert.equal((await view()).breach, 'errors');
  assert(shaped > 0);
  await until('each token that it shaped is counted', async () => (await view()).tokens === shaped);
  process.stdout.write(
    `scale: a deployment of 10 % returned ${((returnedMs - firstBrokenMs) / 1_000).toFixed(1)} s after the first token that it broke; ${String(shaped)} tokens were shaped by it, as is told\n`,
  );
}
