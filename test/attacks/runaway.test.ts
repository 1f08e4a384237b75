import { attackedSandbox, delay, hook, statusOf } from './sandbox.ts';
import assert from 'node:assert/strict';

const { run, attack } = attackedSandbox('runaways');

const RUNS = 15;
/** What must hold on a machine with time for the sandbox, and what a busy one may make of a single run. */
const USUAL_OVERSHOOT_MS = 5;
const MAX_OVERSHOOT_MS = 60;

for (const [what, code] of [
  ['an endless loop', hook('for (;;);')],
  ['an endless loop in a timer', hook('setTimeout(() => { for (;;); }, 3);')],
  ['an endless loop after a wait', hook('Promise.resolve().then(() => { for (;;); });')],
] as const) {
  for (const cpu_ms of [5, 30]) {
    attack(`${what} is stopped as soon as it has used ${String(cpu_ms)} ms`, async () => {
      const overshootsMs: number[] = [];
      for (let n = 0; n < RUNS; n++) {
        // Anywhere between two looks of the watch.
        await delay(Math.random() * 25);
        // Of a content of its own: another isolate.
        const outcome = await run(`${code}//${String(n)}`, { cpu_ms, wall_ms: 10_000 });
        assert.equal(statusOf(outcome), 'timed_out cpu');
        overshootsMs.push(outcome.cpu_ms - cpu_ms);
      }
      overshootsMs.sort((a, b) => a - b);
      const shown = overshootsMs.join(', ');
      assert.ok((overshootsMs[RUNS >> 1] ?? Infinity) < USUAL_OVERSHOOT_MS, shown);
      assert.ok((overshootsMs.at(-1) ?? Infinity) < MAX_OVERSHOOT_MS, shown);
    });
  }
}
