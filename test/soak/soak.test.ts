import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soak, tableOf } from './soak.ts';

/** As much to be judged where processors are few, and then it takes longer. */
const TOKENS = 1_500;
const RATE_PER_SECOND = 15;

test('thousands of tokens under mixed load: nothing is lost, and no memory, handles or isolates pile up', async () => {
  const { verdicts, unjudged, tally } = await soak({
    length: { tokens: TOKENS },
    ratePerSecond: RATE_PER_SECOND,
    progress: (line) => process.stdout.write(`soak: ${line}\n`),
  });
  process.stdout.write(`soak: ${JSON.stringify(tally)}\n${tableOf(verdicts)}\n`);
  assert.deepEqual(unjudged, []);
  assert.deepEqual(
    verdicts.filter(({ grows }) => grows),
    [],
  );
  const { lost, unmodified, unexpected, done } = tally;
  assert.deepEqual({ lost, unmodified, unexpected }, { lost: 0, unmodified: 0, unexpected: {} });
  for (const [what, times] of Object.entries(done)) assert.ok(times > 1, `${what}: ${String(times)} times`);
});
