// An executor's pool with two runs in it, of which one is answered while this process stands still.
import { hook, hookArguments, revisionOf, sandboxPids, statusOf } from '../attacks/sandbox.ts';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startStrongestSandbox } from '../support/strongest-wall.ts';

const pool = await openSandboxPool(1, startStrongestSandbox);
const run = (ms: number, wall_ms: number) =>
  pool.run(
    revisionOf(hook(`setTimeout(() => cb(null, {}), ${String(ms)});`), { wall_ms }),
    hookArguments(),
    Date.now() + wall_ms,
  );
await run(1, 5_000);
const pids = sandboxPids();
const runs = [run(500, 1_000), run(4_500, 15_000)] as const;
setTimeout(() => process.send?.('running'), 50);
const [quick, slow] = await Promise.all(runs);
process.send?.({
  quick: statusOf(quick),
  slow: statusOf(slow),
  sameProcess: JSON.stringify(pids) === JSON.stringify(sandboxPids()),
});
pool.close();
process.disconnect?.();
