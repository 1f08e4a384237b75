import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { startBalancer, type Balancer } from '../support/balancer.ts';
import { managementToken } from '../support/management.ts';
import { startStack, UNLIMITED_MANAGEMENT, type Stack } from '../support/stack.ts';
import { delay, HOOK, startLoad, type Tally } from './load.ts';
import { report } from './run-fault.ts';

/** Those that serve HTTP; executor-away.test.ts has the others. */
type Name = 'gateway' | 'management';

const BEFORE_MS = 700;
const BETWEEN_MS = 500;
const WRITERS = 4;
const LOGGED_WITHIN_MS = 30_000;

/** As in production; where nobody balances load the default is not to wait. */
const DRAINING = { HOOKMINT_HTTP_DRAIN_MS: '1000' };

let stack: Stack;
let gateways: Balancer;
let managements: Balancer;
const running = new Map<string, AnotherService>();
const cleanup = new AsyncDisposableStack();
before(async () => {
  stack = await startStack({ hook: HOOK });
  cleanup.defer(() => stack.stop());
  gateways = await startBalancer();
  cleanup.defer(gateways.close);
  managements = await startBalancer();
  cleanup.defer(managements.close);
  cleanup.defer(async () => {
    await Promise.all([...running.values()].map((service) => service.stop()));
  });
  await Promise.all([1, 2].map((number) => start('management', number)));
  await Promise.all([1, 2].map((number) => start('gateway', number)));
});
after(() => cleanup.disposeAsync());

async function start(name: Name, number: number): Promise<void> {
  const env = {
    ...DRAINING,
    ...UNLIMITED_MANAGEMENT,
    HOOKMINT_MANAGEMENT_URL: name === 'gateway' ? managements.url : undefined,
  };
  const service = await startAnother(stack, name, { env });
  running.set(`${name} ${String(number)}`, service);
  const balancer = name === 'gateway' ? gateways : managements;
  balancer.add(service.url);
  await balancer.untilReady(service.url);
}

async function stop(name: Name, number: number): Promise<void> {
  const service = running.get(`${name} ${String(number)}`);
  running.delete(`${name} ${String(number)}`);
  assert.equal(await service?.stop(), 0, `${name} ends with 0`);
}

/** Replaces both as a Deployment does: another is ready before one goes, told by SIGTERM. */
async function restartBoth(name: Name): Promise<void> {
  for (const number of [1, 2]) {
    await start(name, number + 2);
    await stop(name, number);
    await delay(BETWEEN_MS);
  }
}

function judge(fault: string, tally: Tally): void {
  report({ fault, healedMs: 0, ...tally });
  const { refused, lost, repeated, unmodified } = tally;
  assert.deepEqual({ refused, lost, repeated, unmodified }, { refused: 0, lost: 0, repeated: 0, unmodified: 0 });
  assert.ok(tally.issued > 50, `only ${String(tally.issued)} tokens`);
}

test('two gateways are replaced one after the other under load: no request is lost or refused', async (t) => {
  const load = startLoad(stack, [gateways.url]);
  t.after(() => load.stop());
  await delay(BEFORE_MS);
  await restartBoth('gateway');
  judge('rolling restart of two gateways', await load.stop());
});

test('two managements are replaced one after the other while the API is written to: no call is lost, each write has its log', async (t) => {
  const token = await managementToken(stack);
  const call = async (method: string, path: string, body?: object): Promise<number> => {
    const response = await fetch(`${gateways.url}/api/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.text();
    return response.status;
  };
  const logs = (await stack.db()).collection('logs');
  const loggedBefore = await logs.countDocuments({ type: 'sapi' });
  const statuses = new Map<number | 'lost', number>();
  const count = (status: number | 'lost'): void => void statuses.set(status, (statuses.get(status) ?? 0) + 1);
  let isRunning = true;
  t.after(() => (isRunning = false));
  let written = 0;
  const writing = Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let turn = 0; isRunning; turn++) {
        const body = { client_metadata: { turn: `${String(writer)}-${String(turn)}` } };
        const status = await call('PATCH', `/clients/${stack.clientId}`, body).catch(() => 'lost' as const);
        count(status);
        if (status === 200) written++;
        count(await call('GET', '/clients?per_page=1').catch(() => 'lost' as const));
        await delay(50);
      }
    }),
  );
  const load = startLoad(stack, [gateways.url], 4);
  t.after(() => load.stop());
  await delay(BEFORE_MS);
  await restartBoth('management');
  isRunning = false;
  await writing;
  judge('rolling restart of two managements', await load.stop());
  const untilMs = Date.now() + LOGGED_WITHIN_MS;
  const loggedNow = async (): Promise<number> => (await logs.countDocuments({ type: 'sapi' })) - loggedBefore;
  while ((await loggedNow()) < written && Date.now() < untilMs) await delay(100);
  const answers = [...statuses].map(([status, times]) => `${String(times)} × ${String(status)}`).join(', ');
  process.stdout.write(
    `faults: the Management API meanwhile: ${answers}; ${String(await loggedNow())} logs of writes\n`,
  );
  assert.deepEqual([...statuses.keys()], [200]);
  assert.equal(await loggedNow(), written);
  assert.ok(written > 20, `only ${String(written)} writes`);
});
