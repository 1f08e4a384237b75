import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soak, tableOf } from './soak.ts';

/** With the end of all processes, two minutes on the wall. */
const TOTAL_MS = 110_000;
const RATE_PER_SECOND = 40;

test('two minutes of mixed load: nothing is lost, and no memory, handles or isolates pile up', async () => {
  const { verdicts, unjudged, tally } = await soak({
    totalMs: TOTAL_MS,
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
