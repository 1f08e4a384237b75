import '../support/from-sources.ts';
import { hookArguments, noServices, revisionOf } from './sandbox.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSandboxProcess } from '../../services/hook-executor/sandbox-process.ts';
import { strongestWall } from '../support/strongest-wall.ts';
import { until } from '../support/until.ts';

const BOMBS = fileURLToPath(new URL('./wall-bombs.ts', import.meta.url));
const WALL_MS = 20_000;

for (const bomb of ['memory', 'page tables', 'threads']) {
  test(
    `a sandbox process that takes more than its part, of ${bomb}, is ended from outside`,
    { skip: strongestWall.name === 'none' && 'no wall stands here' },
    async () => {
      const sandbox = startSandboxProcess(BOMBS, strongestWall);
      try {
        await sandbox.ready;
        const revision = revisionOf('x', { wall_ms: WALL_MS });
        const outcome = await sandbox.run(revision, hookArguments({ bomb }), Date.now() + WALL_MS, noServices);
        // A limit of the machine or of a container may come first.
        const refused = outcome?.status === 'ok' && outcome.result === '{"how":"refused by the kernel"}';
        if (!refused) assert.equal(outcome, undefined);
      } finally {
        sandbox.kill();
      }
    },
  );
}

test('a sandbox process that computes when it has nothing to do is ended from outside', async () => {
  const sandbox = startSandboxProcess(BOMBS, strongestWall);
  try {
    await sandbox.ready;
    const args = hookArguments({ bomb: 'CPU time with nothing to do' });
    const run = () => sandbox.run(revisionOf('x', { wall_ms: WALL_MS }), args, Date.now() + WALL_MS, noServices);
    assert.equal((await run())?.status, 'ok');
    await until('it has ended', () => sandbox.isEnding());
  } finally {
    sandbox.kill();
  }
});
