import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf, soak, tableOf } from './soak.ts';

/** As much to be judged where processors are few, and then it takes longer. */
const TOKENS = 1_500;
const RATE_PER_SECOND = 15;

test('thousands of tokens under mixed load: nothing is lost, and no memory, handles or isolates pile up, none in use is given up', async () => {
  const result = await soak({
    length: { tokens: TOKENS },
    ratePerSecond: RATE_PER_SECOND,
    progress: (line) => process.stdout.write(`soak: ${line}\n`),
  });
  const { tally, verdicts, isolates } = result;
  process.stdout.write(`soak: ${JSON.stringify(tally)}, ${String(isolates)} isolates\n${tableOf(verdicts)}\n`);
  assert.deepEqual(problemsOf(result), []);
  assert.ok(isolates > 1);
  for (const [what, times] of Object.entries(tally.done)) assert.ok(times > 1, `${what}: ${String(times)} times`);
});
