import '../support/from-sources.ts';
import { hookArguments, noServices, revisionOf, rssMib } from './sandbox.ts';
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSandboxProcess } from '../../services/hook-executor/sandbox-process.ts';
import { watchEventLoop } from '../support/event-loop.ts';
import { strongestWall } from '../support/strongest-wall.ts';

// What a sandbox process that a hook has taken over can cost its executor by what it sends.

const FLOODING = fileURLToPath(new URL('./flooding-sandbox.ts', import.meta.url));
const WALL_MS = 4_000;

/** A message that is as long as may be is read before it can be refused; then the process is ended. */
const ONE_MESSAGE_MS = 1_500;
const EVERY_TURN_MS = 500;
const MAX_MORE_MIB = 700;

const FLOODS: [flood: string, stopsForMs: number][] = [
  ['a list of what it must not hold', ONE_MESSAGE_MS],
  ['a list of calls', ONE_MESSAGE_MS],
  ['a list of outcomes', ONE_MESSAGE_MS],
  ['a list of numbers', ONE_MESSAGE_MS],
  ['lists in lists', ONE_MESSAGE_MS],
  ['a console of nothing', ONE_MESSAGE_MS],
  ['messages with more in them', ONE_MESSAGE_MS],
  ['calls whose answers it does not read', EVERY_TURN_MS],
  ['empty messages', EVERY_TURN_MS],
  ['words on its standard output', EVERY_TURN_MS],
  ['half a line for ever', EVERY_TURN_MS],
];

let held = 0;
after(() => {
  process.stdout.write(`attacks: floods of a sandbox process: ${String(FLOODS.length)} tried, ${String(held)} held\n`);
});

for (const [flood, stopsForMs] of FLOODS) {
  test(`a sandbox process that sends ${flood} stops its executor for no longer than ${String(stopsForMs)} ms`, async () => {
    const sandbox = startSandboxProcess(FLOODING, strongestWall);
    await sandbox.ready;
    const loop = watchEventLoop();
    const beforeMib = rssMib(process.pid);
    let peakMib = beforeMib;
    const look = (): void => {
      peakMib = Math.max(peakMib, rssMib(process.pid));
    };
    const looking = setInterval(look, 20);
    try {
      const revision = revisionOf('x', { wall_ms: WALL_MS });
      await sandbox.run(revision, hookArguments({ flood }), Date.now() + WALL_MS, noServices);
      await new Promise((resolve) => setTimeout(resolve, 20));
      look();
      const stoppedMs = loop.longestStopMs();
      assert.ok(stoppedMs < stopsForMs, `stopped for ${String(stoppedMs)} ms`);
      assert.ok(peakMib - beforeMib < MAX_MORE_MIB, `took ${String(peakMib - beforeMib)} MiB`);
      held++;
    } finally {
      clearInterval(looking);
      loop.end();
      sandbox.kill();
      await sandbox.ended;
    }
  });
}
