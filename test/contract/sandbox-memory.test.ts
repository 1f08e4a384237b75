import '../attacks/quiet.ts';
import { hook, hookArguments, revisionOf, rssMib, sandboxPids, statusOf } from '../attacks/sandbox.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryForSandboxes } from '../../services/hook-executor/memory-of-sandboxes.ts';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';

const MIB = 1_048_576;
const TOGETHER_MIB = 400;
/** What may be taken from one look to the next. */
const OVERSHOOT_MIB = 250;

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
  }, 50);
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
