import '../support/from-sources.ts';
import { hookArguments, revisionOf } from './sandbox.ts';
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { startSandboxProcess } from '../../services/hook-executor/sandbox-process.ts';
import { strongestWall } from '../support/strongest-wall.ts';

const FAKE = fileURLToPath(new URL('./fake-sandbox.ts', import.meta.url));

const LIES: [lie: string, ends: string][] = [
  ['another id', 'ok {"honest":true}'],
  ['the same id twice', 'ok {"honest":true}'],
  ['an id that is no number', 'unavailable'],
  ['no message of the protocol', 'unavailable'],
  ['no JSON', 'unavailable'],
  ['an empty line', 'unavailable'],
  ["messages of Node's own", 'ok {"honest":true}'],
  ['a handle that is none', 'ok {"honest":true}'],
  ['a line without an end', 'unavailable'],
  ['a status that does not exist', 'unavailable'],
  ['a field too many', 'unavailable'],
  ['a negative time', 'unavailable'],
  ['a result of 50 MB', 'unavailable'],
  ['a console of 50 MB', 'unavailable'],
  ['a million empty lines', 'unavailable'],
  ['an error with more', 'unavailable'],
  ['a name of 10 MB', 'unavailable'],
  ['polluting keys', 'unavailable'],
  ['nothing at all', 'timed_out'],
  ['its own end', 'unavailable'],
  // Long before the run's deadline.
  ['nothing, its thread kept busy for ever', 'unavailable'],
];

let held = 0;
after(() => {
  process.stdout.write(`attacks: forged outcomes: ${String(LIES.length)} tried, ${String(held)} held\n`);
});

for (const [lie, ends] of LIES) {
  test(`a sandbox process that answers ${lie} gives ${ends}`, async () => {
    const pool = await openSandboxPool(1, () => startSandboxProcess(FAKE, strongestWall));
    const deadlineMs = ends === 'timed_out' ? 1_000 : 20_000;
    try {
      const outcome = await pool.run(
        revisionOf('x', { wall_ms: 20_000 }),
        hookArguments({ lie }),
        Date.now() + deadlineMs,
      );
      const seen = outcome.status === 'ok' ? `ok ${String(outcome.result)}` : outcome.status;
      assert.equal(seen, ends, JSON.stringify(outcome).slice(0, 300));
      assert.equal(({} as Record<string, unknown>).polluted, undefined);
      held++;
    } finally {
      pool.close();
    }
  });
}
