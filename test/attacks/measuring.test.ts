import { attackedSandbox, hook } from './sandbox.ts';
import assert from 'node:assert/strict';

const { result, attack } = attackedSandbox('measuring');

/** A clock that is read until it has gone on often; gives its smallest step in milliseconds. */
const smallestStep = (read: string): string =>
  hook(`
  let step = Infinity;
  for (let steps = 0, last = ${read}; steps < 200; ) {
    const now = ${read};
    if (now === last) continue;
    step = Math.min(step, now - last);
    [last, steps] = [now, steps + 1];
  }
  cb(null, { step });`);

for (const clock of [
  'performance.now()',
  'Number(process.hrtime.bigint()) / 1e6',
  '((time) => time[0] * 1e3 + time[1] / 1e6)(process.hrtime())',
  'Date.now()',
]) {
  attack(`${clock} steps by 0.1 ms or more`, async () => {
    const { step } = (await result(smallestStep(clock), { cpu_ms: 5_000, wall_ms: 15_000 })) as { step: number };
    // Less what binary fractions cannot hold.
    assert.ok(step > 0.099, `${String(step)} ms`);
  });
}

attack('there is nothing to make a finer clock of: no shared memory, no thread', async () => {
  const names = ['SharedArrayBuffer', 'Atomics', 'WebAssembly', 'Worker', 'FinalizationRegistry'];
  const code = hook(`
    const there = ${JSON.stringify(names)}.filter((name) => name in globalThis);
    const made = [];
    try { made.push(typeof new Function('return SharedArrayBuffer')()); } catch {}
    try { made.push(Object.prototype.toString.call(new ArrayBuffer(8, { maxByteLength: 16 })), new ArrayBuffer(8, { maxByteLength: 16 }).resizable); } catch {}
    cb(null, { there, shared: made[0] === 'function', resizable: made.includes(true) });`);
  assert.deepEqual(await result(code), { there: [], shared: false, resizable: false });
});
