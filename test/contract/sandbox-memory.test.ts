import '../attacks/quiet.ts';
import { delay, hook, hookArguments, revisionOf, rssMib, sandboxPids, statusOf } from '../attacks/sandbox.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryForSandboxes } from '../../services/hook-executor/memory-of-sandboxes.ts';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startSandboxProcess } from '../../services/hook-executor/sandbox-process.ts';
import { MEMORY_BOUNDS, type MemoryBounds } from '../../services/hook-executor/sandbox/memory-bounds.ts';
import { startStrongestSandbox, strongestWall } from '../support/strongest-wall.ts';
import { until } from '../support/until.ts';

const MIB = 1_048_576;
const TOGETHER_MIB = 400;
/** What may be taken from one look to the next. */
const OVERSHOOT_MIB = 250;
/** Half of what these runs left before the heap was bounded. */
const OWN_HEAP_MIB = 70;
const ENDED = 60;
/** A tenth of an isolate. */
const MAX_LEFT_MIB = 0.4;

test('sandbox processes have what the container has, but for a reserve', () => {
  assert.equal(memoryForSandboxes(2_048 * MIB), 1_600 * MIB);
  assert.equal(memoryForSandboxes(512 * MIB), 256 * MIB);
});

test('hooks that are within their limits, but not all together, end the largest process; the others go on', async (t) => {
  const pool = await openSandboxPool(2, startStrongestSandbox, 4, TOGETHER_MIB * MIB);
  t.after(pool.close);
  const run = (code: string, limits = {}) => pool.run(revisionOf(code, limits), hookArguments(), Date.now() + 20_000);
  const fine = hook('cb(null, {});');
  const before = sandboxPids();
  let peakMib = 0;
  const look = setInterval(() => {
    const sizes = sandboxPids().map((pid) => {
      try {
        return rssMib(pid) || 0;
      } catch {
        return 0;
      }
    });
    peakMib = Math.max(
      peakMib,
      sizes.reduce((sum, size) => sum + size, 0),
    );
  }, 50).unref();
  t.after(() => clearInterval(look));
  const keeps = (mib: number): string =>
    hook(`global.kept = []; for (let i = 0; i < ${String(mib)}; i++) kept.push(new Uint8Array(1 << 20).fill(1));
      setTimeout(() => cb(null, {}), 1_500);`);
  const limits = { heap_mib: 256, cpu_ms: 10_000, wall_ms: 15_000 };
  const [small, large] = await Promise.all([run(keeps(40), limits), run(keeps(220), limits)]);
  clearInterval(look);
  assert.equal(statusOf(small), 'ok');
  assert.equal(statusOf(large), 'unavailable');
  assert.ok(peakMib < TOGETHER_MIB + OVERSHOOT_MIB, `${String(peakMib)} MiB`);
  assert.notDeepEqual(sandboxPids(), before);
  assert.equal(statusOf(await run(fine)), 'ok');
});

/** How often a hook has run in its isolate, and what runs it in a pool with these bounds. */
async function countingPool(bounds: Partial<MemoryBounds>) {
  const memory = { ...MEMORY_BOUNDS, ...bounds };
  const pool = await openSandboxPool(1, () => startSandboxProcess(undefined, strongestWall, memory));
  const counting = revisionOf(`let runs = 0; ${hook('cb(null, { runs: ++runs });')}`, { wall_ms: 10_000 });
  const runs = async (): Promise<unknown> => {
    const outcome = await pool.run(counting, hookArguments(), Date.now() + 20_000);
    if (outcome.status !== 'ok') assert.fail(JSON.stringify(outcome));
    return (JSON.parse(outcome.result ?? '{}') as { runs?: number }).runs;
  };
  return { pool, runs };
}

test('with too much memory an isolate that is in use is kept; when nothing is left to give up, another process takes over', async (t) => {
  const { pool, runs } = await countingPool({ giveUpBytes: 1, inUseMs: 1_000, staysMs: 1_000, minAgeMs: 2_500 });
  t.after(pool.close);
  const [first] = sandboxPids();
  for (const nth of [1, 2, 3]) {
    assert.equal(await runs(), nth);
    await delay(300);
  }
  await delay(1_200);
  assert.equal(await runs(), 1, 'it was given up once it was not in use any more');
  const slow = pool.run(
    revisionOf(hook('setTimeout(() => cb(null, {}), 4_000);'), { wall_ms: 10_000 }),
    hookArguments(),
    Date.now() + 20_000,
  );
  await until('another process has begun', () => sandboxPids().some((pid) => pid !== first));
  await until('it takes the runs', async () => (await runs()) === 1);
  assert.equal(statusOf(await slow), 'ok', 'what was under way in the process before came to its end there');
  await until('the process before is gone', () => !sandboxPids().includes(first ?? 0));
});

test('an isolate that was not used for long is given up, whatever memory there is', async (t) => {
  const { pool, runs } = await countingPool({ idleMs: 500 });
  t.after(pool.close);
  const before = sandboxPids();
  assert.deepEqual([await runs(), await runs()], [1, 2]);
  await delay(1_000);
  assert.equal(await runs(), 1);
  assert.deepEqual(sandboxPids(), before);
});

/** What a sandbox process has gained from one point of a test to another, MiB. */
async function gained(between: () => Promise<void>): Promise<number> {
  const before = rssMib(sandboxPids()[0] ?? 0);
  await between();
  const gainedMib = rssMib(sandboxPids()[0] ?? 0) - before;
  process.stdout.write(`sandbox: ${gainedMib.toFixed(0)} MiB more\n`);
  return gainedMib;
}

test('what runs leave in the own heap of a sandbox process is collected before it is much', async (t) => {
  const pool = await openSandboxPool(1, startStrongestSandbox);
  t.after(pool.close);
  const large = revisionOf(hook("setTimeout(() => cb(null, { 'https://a.example/': 'x'.repeat(90_000) }), 1);"), {
    wall_ms: 10_000,
  });
  const runs = async (times: number): Promise<void> => {
    let left = times;
    const oneByOne = async (): Promise<void> => {
      while (left-- > 0) assert.equal(statusOf(await pool.run(large, hookArguments(), Date.now() + 20_000)), 'ok');
    };
    await Promise.all(Array.from({ length: 8 }, oneByOne));
  };
  await runs(20);
  const gainedMib = await gained(() => runs(900));
  assert.ok(gainedMib < OWN_HEAP_MIB, `${String(gainedMib)} MiB`);
});

test('an isolate that was ended leaves nothing', async (t) => {
  const pool = await openSandboxPool(1, startStrongestSandbox);
  t.after(pool.close);
  const spins = revisionOf(hook('for (;;);'), { cpu_ms: 20, wall_ms: 10_000 });
  const end = async (times: number): Promise<void> => {
    for (let ended = 0; ended < times; ended++) {
      assert.equal(statusOf(await pool.run(spins, hookArguments(), Date.now() + 20_000)), 'timed_out cpu');
    }
  };
  await end(10);
  const gainedMib = await gained(() => end(ENDED));
  assert.ok(gainedMib < ENDED * MAX_LEFT_MIB, `${String(gainedMib)} MiB`);
});
