// An executor that somebody ends: `wall-left-behind.ts WALL WHAT`, with the main file of its sandbox process and what that does then.
import { fileURLToPath } from 'node:url';
import { hook, hookArguments, noServices, revisionOf } from './sandbox.ts';
import { startSandboxProcess } from '../../services/hook-executor/sandbox-process.ts';
import { chooseWall } from '../../shared/process-wall/wall.ts';

const BOMBS = fileURLToPath(new URL('./wall-bombs.ts', import.meta.url));
const CPU_MS = 10_000;
const WALL_MS = 20_000;

const [wallName, what] = process.argv.slice(2);
const wall = await chooseWall(wallName === 'none' ? 'off' : 'auto', { bubblewrap: wallName === 'bubblewrap' });
const isTakenOver = what === 'taken over';
const sandbox = startSandboxProcess(isTakenOver ? BOMBS : undefined, wall);
await sandbox.ready;
const code = hook(what === 'stuck' ? 'cb(null, {}); for (;;) 7n ** 100_000_000n;' : 'setInterval(() => {}, 1_000);');
const args = hookArguments(isTakenOver ? { bomb: 'all the CPU time there is, for ever' } : {});
const limits = { cpu_ms: CPU_MS, wall_ms: WALL_MS };
void sandbox.run(revisionOf(code, limits), args, Date.now() + WALL_MS, noServices);
setTimeout(() => process.send?.('running'), 300);
