import './quiet.ts';
import { hook, hookArguments, noServices, revisionOf, sandboxPids, statusOf } from '../attacks/sandbox.ts';
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import type { HookLimits } from '../../shared/domain/hook.ts';
import { openSandboxPool, type SandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import type { Network } from '../../services/hook-executor/sandbox-process.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';
import { until } from '../support/until.ts';
import type { RunnableHook } from '../../services/hook-executor/sandbox/protocol.ts';

let pool: SandboxPool;
before(async () => {
  pool = await openSandboxPool(1, startStrongestSandbox);
});
after(() => pool.close());

type Body = Record<string, unknown>;
type Options = { body?: Body; leftMs?: number; network?: Network };

const run = (revision: RunnableHook, { body = {}, leftMs = 20_000, network }: Options = {}) =>
  pool.run(revision, hookArguments(body), Date.now() + leftMs, network);

async function result(revision: RunnableHook, options?: Options): Promise<unknown> {
  const outcome = await run(revision, options);
  if (outcome.status !== 'ok') assert.fail(JSON.stringify(outcome));
  return JSON.parse(outcome.result ?? 'null') as unknown;
}

/** A network that answers after a while, and counts its requests. */
function slowNetwork(ms: number) {
  const network = {
    requests: 0,
    send: async (): Promise<string> => {
      network.requests++;
      await new Promise((resolve) => setTimeout(resolve, ms));
      return JSON.stringify({ status: 200, status_text: 'OK', headers: [], body: '' });
    },
  };
  return network;
}

const WAITS_FOR_NETWORK = hook(`fetch('http://a.example/').then(() => cb(null, {}), cb);`);

test('runs of more revisions than there may be isolates wait for one, and none is run twice', async () => {
  const limits = { cpu_ms: 1_000, wall_ms: 20_000 };
  const revisions = Array.from({ length: 140 }, (_, i) =>
    revisionOf(`/* ${String(i)} */ ${WAITS_FOR_NETWORK}`, limits),
  );
  const network = slowNetwork(300);
  const pids = sandboxPids();
  const outcomes = await Promise.all(revisions.map((revision) => run(revision, { network: network.send })));
  assert.deepEqual(new Set(outcomes.map(statusOf)), new Set(['ok']));
  assert.equal(network.requests, revisions.length);
  assert.deepEqual(sandboxPids(), pids);
});

test('a run whose revision is unloaded comes to its end, once', async () => {
  const network = slowNetwork(300);
  const revision = revisionOf(`/* unloaded */ ${WAITS_FOR_NETWORK}`);
  const running = run(revision, { network: network.send });
  await until('the hook asks', () => network.requests > 0);
  pool.unload(revision.revision);
  assert.equal(statusOf(await running), 'ok');
  assert.equal(network.requests, 1);
});

test('a run and the unloading of its revision in one turn of the event loop come in their order', async () => {
  const sandbox = startStrongestSandbox();
  await sandbox.ready;
  try {
    const revision = revisionOf(hook('cb(null, {});'));
    const start = async () => (await sandbox.run(revision, hookArguments(), Date.now() + 5_000, noServices))?.status;
    assert.equal(await start(), 'ok');
    const running = start();
    sandbox.unload(revision.revision);
    assert.equal(await running, 'ok');
    assert.equal(await start(), 'ok');
  } finally {
    sandbox.kill();
  }
});

test('a load that takes longer than a run has costs the run its time, and the process nothing', async () => {
  const revision = revisionOf(`const until = Date.now() + 2_000; while (Date.now() < until);${hook('cb(null, {});')}`, {
    cpu_ms: 5_000,
    wall_ms: 300,
  });
  const pids = sandboxPids();
  assert.equal(statusOf(await run(revision)), 'timed_out wall');
  await new Promise((resolve) => setTimeout(resolve, 1_700));
  assert.deepEqual(sandboxPids(), pids);
});

test('timers that are due while the hook is still being loaded are fired', async () => {
  const revision = revisionOf(`
    const fired = new Set();
    setTimeout(() => fired.add('timeout'), 0);
    setImmediate(() => fired.add('immediate'));
    setInterval(() => fired.add('interval'), 1);
    const until = Date.now() + 50;
    while (Date.now() < until);
    ${hook('setTimeout(() => cb(null, { fired: [...fired].sort() }), 50);')}`);
  assert.deepEqual(await result(revision), { fired: ['immediate', 'interval', 'timeout'] });
});

test('runs that never call back leave nothing in the isolate', async () => {
  const code = hook(`
    if (context.body.made) return cb(null, { made: globalThis.made ??= Math.random() });
    console.log(Array.from({ length: 700 }, Math.random).join());`);
  const revision = revisionOf(code, { heap_mib: 8, console_bytes: 65_536, wall_ms: 20_000 });
  const made = await result(revision, { body: { made: true } });
  for (let i = 0; i < 20; i++) {
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => run(revision)));
    assert.deepEqual(new Set(outcomes.map(statusOf)), new Set(['timed_out callback']));
  }
  assert.deepEqual(await result(revision, { body: { made: true } }), made, 'it is still the same isolate');
});

test('cryptography that a run left to be done, while another had its turns, takes no turn from later runs', async () => {
  const revision = revisionOf(
    hook(`
    const digest = (bytes) => crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
    const { count = 1, bytes = 8, leave } = context.body;
    const all = Promise.all(Array.from({ length: count }, () => digest(bytes)));
    if (leave) cb(null, {});
    else all.then((digests) => cb(null, { digests: digests.length }), cb);`),
    { cpu_ms: 5_000, wall_ms: 5_000 },
  );
  await result(revision);
  const busy = result(revision, { body: { count: 12, bytes: 500_000 } });
  await Promise.all(Array.from({ length: 8 }, () => result(revision, { body: { leave: true } })));
  assert.deepEqual(await busy, { digests: 12 });
  assert.deepEqual(await result(revision), { digests: 1 });
});

test('a run that waits behind another is not told the CPU time of the other', async () => {
  const revision = revisionOf(
    hook(`const until = Date.now() + (context.body.ms ?? 0); while (Date.now() < until); cb(null, {});`),
    {
      cpu_ms: 5_000,
      wall_ms: 5_000,
    },
  );
  await result(revision);
  const first = run(revision, { body: { ms: 700 } });
  const second = await run(revision, { leftMs: 300 });
  assert.equal(statusOf(second), 'timed_out wall');
  assert.ok(second.cpu_ms < 50, `${String(second.cpu_ms)} ms`);
  assert.ok((await first).cpu_ms > 200);
});

test('of the CPU time of isolates that work at the same time each run is charged its share', async () => {
  const AT_A_TIME = 12;
  const work = (i: number, limits: Partial<HookLimits>) =>
    revisionOf(
      `/* ${String(i)} */ ${hook(`
      let steps = 0;
      (function step() {
        let x = 0;
        for (let i = 0; i < 2e7; i++) x += Math.sqrt(i);
        if (++steps === 6) cb(null, { x });
        else setTimeout(step, 1);
      })();`)}`,
      { wall_ms: 20_000, ...limits },
    );
  const alone = await run(work(0, { cpu_ms: 10_000 }));
  const limited = Array.from({ length: AT_A_TIME }, (_, i) => work(i, { cpu_ms: Math.ceil(alone.cpu_ms * 3) }));
  const outcomes = await Promise.all(limited.map((revision) => run(revision)));
  assert.deepEqual(
    outcomes.map(statusOf),
    Array.from({ length: AT_A_TIME }, () => 'ok'),
    `${String(alone.cpu_ms)} ms alone: ${JSON.stringify(outcomes.map(({ cpu_ms }) => cpu_ms))}`,
  );
});

test('groups that a run opened on the console are not those of another', async () => {
  const revision = revisionOf(
    hook(
      `console.log('out'); console.group(); setTimeout(() => { console.log('in'); cb(null, {}); }, context.body.ms);`,
    ),
  );
  const outcomes = await Promise.all([100, 50, 150].map((ms) => run(revision, { body: { ms } })));
  outcomes.push(await run(revision, { body: { ms: 1 } }));
  for (const { console: lines } of outcomes) assert.equal(lines[0]?.text, 'out');
  assert.equal(outcomes[3]?.console[1]?.text, '  in');
});

test('an executor that stood still takes the answers that came meanwhile', async () => {
  const child = fork(new URL('./sandbox-paused.ts', import.meta.url));
  const told = new Promise<unknown>((resolve) => {
    child.on('message', (message) => {
      if (message !== 'running') resolve(message);
    });
  });
  try {
    await once(child, 'message');
    child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    child.kill('SIGCONT');
    assert.deepEqual(await told, { quick: 'ok', slow: 'ok', sameProcess: true });
  } finally {
    child.kill('SIGKILL');
  }
});
