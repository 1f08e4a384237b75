import { hookArguments, noServices, revisionOf } from './sandbox.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSandboxProcess } from '../../services/hook-executor/sandbox-process.ts';
import { strongestWall } from '../support/strongest-wall.ts';

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
