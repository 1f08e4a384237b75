import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test, type TestContext } from 'node:test';
import { DEFAULT_HOOK_LIMITS } from '../../shared/domain/hook.ts';
import { deployRevision } from '../support/deploy-revision.ts';
import { openManagement } from '../support/management.ts';
import { TENANT } from '../support/stack.ts';
import { requestToken } from '../support/token-request.ts';
import { until } from '../support/until.ts';
import { withStack } from '../support/with-stack.ts';
import type { Order } from './flooding-executor.ts';
import { secretsOf } from './management-fixtures.ts';

// An executor that is taken over sends as much as the bus lets it: that costs hooks, and neither signatures nor events nor the configuration.

const ATTACKER = fileURLToPath(new URL('./flooding-executor.ts', import.meta.url));
const REQUESTS = 20;
/** Of the hook, and what a gateway waits on top of it; a machine with other work to do takes its time. */
const WALL_MS = 2_000;
const SLOWEST_MS = WALL_MS + 1_000 + 2_000;

const stack = withStack({ args: ['--executors', '0'] }, async (stack) => {
  await deployRevision(await stack.db(), {
    hook_id: 'flooded-hook',
    code: 'module.exports = (client, scope, audience, context, cb) => cb(null, {});',
    limits: { ...DEFAULT_HOOK_LIMITS, wall_ms: WALL_MS },
    on_failure: 'issue_unmodified',
  });
});

async function startFlood(t: TestContext, flood: Order['flood']): Promise<void> {
  const child = fork(ATTACKER, { stdio: 'ignore' });
  t.after(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const seeds = secretsOf(stack()).nats_nkey_seeds as Record<string, string>;
  child.send({ natsUrl: stack().natsUrl, seed: String(seeds['hook-executor']), tenant: TENANT, flood } satisfies Order);
  await once(child, 'message');
}

/** Nobody but whoever reads from executors was cut off, and did not keep up. */
function assertOthersConnected(): void {
  const lost = stack()
    .output()
    .split('\n')
    .filter((line) => line.includes('bus connection lost') && !line.includes('"peers":"executors"'));
  assert.deepEqual(lost, []);
}

test('answers without an end cost hooks alone', async (t) => {
  const api = await openManagement(stack());
  await startFlood(t, 'replies');
  const tookMs: number[] = [];
  for (let n = 0; n < REQUESTS; n++) {
    const startedMs = performance.now();
    const { status, body } = await requestToken(stack());
    tookMs.push(Math.round(performance.now() - startedMs));
    assert.equal(status, 200, JSON.stringify(body));
  }
  assertOthersConnected();
  assert.ok(Math.max(...tookMs) < SLOWEST_MS, `a token took ${String(Math.max(...tookMs))} ms`);

  // The configuration is written, and heard of at once.
  const path = `/clients/${stack().clientId}`;
  assert.equal((await api.call('PATCH', path, { grant_types: [] })).status, 200);
  await until('the gateway knows', async () => (await requestToken(stack())).status === 403, SLOWEST_MS);
  assert.equal((await api.call('PATCH', path, { grant_types: ['client_credentials'] })).status, 200);

  await until('each token is in the logs', async () => {
    const { body } = await api.call('GET', `/logs?q=type:seccft&per_page=100`);
    return (
      (body as { client_id?: string }[]).filter(({ client_id }) => client_id === stack().clientId).length >= REQUESTS
    );
  });
});

test('lines of hooks without an end cost those who read them alone', async (t) => {
  const api = await openManagement(stack());
  const stop = new AbortController();
  t.after(() => stop.abort());
  const headers = { authorization: `Bearer ${api.token}` };
  await Promise.all(
    Array.from({ length: 4 }, () =>
      fetch(`${stack().url}/api/v2/hooks/flooded-hook/logs`, { headers, signal: stop.signal }),
    ),
  );
  await startFlood(t, 'hook logs');
  for (let n = 0; n < REQUESTS; n++) {
    const startedMs = performance.now();
    const { status } = await api.call('PATCH', `/clients/${stack().clientId}`, { description: String(n) });
    assert.equal(status, 200);
    const tookMs = Math.round(performance.now() - startedMs);
    assert.ok(tookMs < SLOWEST_MS, `a write took ${String(tookMs)} ms`);
  }
  assertOthersConnected();
  await until('each write is in the logs', async () => {
    const { body } = await api.call('GET', `/logs?q=type:sapi&per_page=100`);
    return (body as unknown[]).length >= REQUESTS;
  });
});
