import { attackedSandbox, delay, hook, rssMib, sandboxPids, statusOf } from './sandbox.ts';
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { HookLimits } from '../../shared/domain/hook.ts';

const { run, result, attack } = attackedSandbox('exhaustion');

const FINE = hook('cb(null, { fine: true });');
const CPU = ['timed_out cpu'];
const MEMORY = ['out_of_memory', 'timed_out cpu', 'threw'];

type Attack = { what: string; code: string; ends: string[]; limits?: Partial<HookLimits> };

const async = (body: string): string => hook(body).replace('function', 'async function');

const ATTACKS: Attack[] = [
  // CPU
  { what: 'an endless loop', code: hook('for (;;);'), ends: CPU },
  { what: 'an endless loop after await', code: async('await null; for (;;);'), ends: CPU },
  { what: 'an endless loop after the callback', code: hook('cb(null, {}); for (;;);'), ends: CPU },
  {
    what: 'an endless loop that catches',
    code: hook('for (;;) try { for (;;); } catch {} finally { continue; }'),
    ends: CPU,
  },
  {
    what: 'a flood of microtasks',
    code: hook('const f = () => Promise.resolve().then(f); f();'),
    ends: [...CPU, ...MEMORY],
  },
  {
    what: 'a regular expression that backtracks',
    code: hook('/^(a+)+$/.test("a".repeat(40) + "b"); cb(null, {});'),
    ends: CPU,
  },
  { what: 'BigInt arithmetic', code: hook('let x = 3n; for (;;) x = x * x;'), ends: [...CPU, 'threw'] },
  { what: 'one long BigInt operation', code: hook('String(7n ** 20000000n); cb(null, {});'), ends: CPU },
  { what: 'a fill that V8 cannot interrupt', code: hook('new Array(4e8).fill({}); cb(null, {});'), ends: MEMORY },
  { what: 'a comparison that never ends', code: hook('new Uint32Array(1e5).sort(() => { for (;;); });'), ends: CPU },
  {
    what: 'deep JSON',
    code: hook('for (;;) JSON.parse("[".repeat(2e6) + "]".repeat(2e6));'),
    ends: [...CPU, ...MEMORY],
  },
  { what: 'an endless getter in the result', code: hook('cb(null, { get a() { for (;;); } });'), ends: CPU },
  { what: 'an endless toString in the error', code: hook('cb({ message: { toString() { for (;;); } } });'), ends: CPU },
  { what: 'an endless loop at load', code: 'for (;;);', ends: CPU },
  {
    what: 'an uninterruptible loop at load',
    code: 'new Array(4e8).fill({}); module.exports = () => {};',
    ends: MEMORY,
  },
  {
    what: 'an endless microtask at load',
    code: 'Promise.resolve().then(() => { for (;;); }); module.exports = () => {};',
    ends: CPU,
  },
  { what: 'a callback that never comes', code: hook(''), ends: ['timed_out callback'] },
  {
    what: 'a callback that a timer keeps waiting for',
    code: hook('setInterval(() => {}, 20);'),
    ends: ['timed_out wall'],
    limits: { wall_ms: 300 },
  },
  // heap
  { what: 'an array bomb', code: hook('const k = []; for (;;) k.push(new Array(1000).fill(0));'), ends: MEMORY },
  {
    what: 'retained strings',
    code: hook('const k = []; for (let i = 0; ; i++) k.push("x".repeat(1e6) + i);'),
    ends: MEMORY,
  },
  { what: 'string doubling', code: hook('let s = "x"; for (;;) s += s;'), ends: ['threw'] },
  { what: 'ArrayBuffers', code: hook('const k = []; for (;;) k.push(new Uint8Array(1 << 20).fill(1));'), ends: MEMORY },
  { what: 'a heap bomb at load', code: 'const k = []; for (;;) k.push(new Array(1000).fill(0));', ends: MEMORY },
  {
    what: 'a heap bomb with time enough',
    code: hook('const k = []; for (;;) k.push(new Array(1000).fill(0));'),
    ends: ['out_of_memory'],
    limits: { cpu_ms: 5_000 },
  },
  { what: 'deep recursion', code: hook('(function f() { return f() + 1; })();'), ends: ['threw'] },
  {
    what: 'a deep result',
    code: hook('let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; cb(null, o);'),
    ends: ['bad_result'],
  },
  // output
  { what: 'a result of 10 MB', code: hook('cb(null, { a: "x".repeat(1e7) });'), ends: ['bad_result'] },
  {
    what: '100,000 claims',
    code: hook('const o = {}; for (let i = 0; i < 1e5; i++) o["https://a/" + i] = 1; cb(null, o);'),
    ends: ['bad_result'],
    limits: { cpu_ms: 1_000 },
  },
];

describe('an attack on a limit is answered in time, and the sandbox goes on', () => {
  for (const { what, code, ends, limits } of ATTACKS) {
    attack(what, async () => {
      // Of CPU time they have 200 ms; a busy machine may take longer to give it to them.
      const outcome = await run(code, { heap_mib: 16, wall_ms: 15_000, ...limits });
      assert.ok(ends.includes(statusOf(outcome)), JSON.stringify(outcome).slice(0, 300));
      assert.deepEqual(await result(FINE), { fine: true });
    });
  }
});

attack('huge messages, stacks, names and console output are cut', async () => {
  const error = `Object.assign(new Error('m'.repeat(1e7)), { name: 'n'.repeat(1e7), stack: 's'.repeat(1e7) })`;
  const flood = `console.log('x'.repeat(1e7)); for (let i = 0; i < 1e5; i++) console.log(''); console.log.apply(null, new Array(1e5).fill('y'.repeat(1e3)));`;
  for (const [end, status] of [
    [`cb(${error});`, 'denied'],
    [`throw ${error};`, 'threw'],
    // Kept: isolated-vm does not hear of a rejection whose promise is garbage by the end of the entry.
    [`global.kept = Promise.reject(${error}); cb(null, {});`, 'threw'],
  ] as const) {
    const outcome = await run(hook(`${flood} ${end}`), { cpu_ms: 1_000 });
    assert.equal(outcome.status, status);
    assert.ok(JSON.stringify(outcome).length < 32_768, `${String(JSON.stringify(outcome).length)} characters`);
  }
  const empty = await run(hook(`for (let i = 0; i < 1e5; i++) console.log(''); cb(null, {});`), { cpu_ms: 1_000 });
  assert.ok(empty.console.length > 100 && empty.console.length <= 512, `${String(empty.console.length)} lines`);
});

attack('memory that no heap limit counts ends the process, not the machine', async () => {
  const peaks: number[] = [];
  const watch = setInterval(() => {
    for (const pid of sandboxPids()) peaks.push(rssMib(pid) || 0);
  }, 50).unref();
  const outcome = await run(hook('const k = []; for (;;) k.push(new Array(1e8).fill(1.5));'), {
    cpu_ms: 10_000,
    wall_ms: 20_000,
  });
  clearInterval(watch);
  assert.equal(outcome.status, 'out_of_memory', JSON.stringify(outcome));
  assert.ok(Math.max(...peaks) < 1_800, `${String(Math.max(...peaks))} MiB`);
  assert.deepEqual(await result(FINE), { fine: true });
});

const GREEDY = hook(`
  if (context.body.attack) return Function(context.body.attack)();
  cb(null, { mine: context.body.mine, first: !globalThis.ran });
  globalThis.ran = true;`);

for (const [what, code, ends] of [
  ['an endless loop', 'for (;;);', CPU],
  ['an uninterruptible loop', 'new Array(4e8).fill({})', MEMORY],
  ['a heap bomb', 'const k = []; for (;;) k.push(new Array(1000).fill(0));', MEMORY],
] as const) {
  attack(`${what} of one run costs no other run its answer, of the same hook or of another`, async () => {
    await result(GREEDY, {}, { mine: -1 });
    const guilty = run(GREEDY, {}, { attack: code });
    const same = Array.from({ length: 5 }, (_, mine) => result(GREEDY, {}, { mine }));
    const other = Array.from({ length: 5 }, () => result(FINE));
    assert.ok((ends as readonly string[]).includes(statusOf(await guilty)), statusOf(await guilty));
    assert.deepEqual(
      (await Promise.all(same)).map((own) => (own as { mine: number }).mine),
      [0, 1, 2, 3, 4],
    );
    for (const answer of await Promise.all(other)) assert.deepEqual(answer, { fine: true });
  });
}

attack('a run that waits for its callback keeps its own limit when another run ends the isolate', async () => {
  const code = hook(`
    if (context.body.loop) for (;;);
    if (globalThis.waiting) return cb(null, { runs: 1 });
    globalThis.waiting = true;
    setTimeout(() => {}, 60_000);`);
  await run(code, { wall_ms: 500 }, { loop: true });
  const before = sandboxPids();
  const waiting = run(code, { wall_ms: 6_000 });
  await delay(50);
  assert.equal(statusOf(await run(code, { wall_ms: 6_000 }, { loop: true })), 'timed_out cpu');
  assert.equal(statusOf(await waiting), 'timed_out wall');
  // One that the attack before got stuck may still have been there.
  const started = sandboxPids().filter((pid) => !before.includes(pid));
  assert.deepEqual(started, [], 'nobody had to end the process, and start another');
});

attack('the CPU limit counts no time in which the machine had none for the sandbox', async () => {
  const busy = hook(
    'const until = Date.now() + 1200; let n = 0; while (Date.now() < until) n++; cb(null, { n: n > 0 });',
  );
  await result(FINE);
  const [pid] = sandboxPids();
  assert.ok(pid !== undefined);
  const outcome = run(busy, { cpu_ms: 600, wall_ms: 8_000 });
  await delay(150);
  process.kill(pid, 'SIGSTOP');
  try {
    await delay(1_100);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  assert.equal(statusOf(await outcome), 'ok');
});

attack('5,000 runs that never call back are all answered and leave nothing behind', async () => {
  const never = hook('');
  await run(never, { wall_ms: 100 });
  const [pid] = sandboxPids();
  assert.ok(pid !== undefined);
  const outcomes = await Promise.all(Array.from({ length: 5_000 }, () => run(never, { wall_ms: 15_000 })));
  assert.deepEqual(new Set(outcomes.map(statusOf)), new Set(['timed_out callback']));
  assert.deepEqual(sandboxPids(), [pid]);
  assert.ok(rssMib(pid) < 500, `${String(rssMib(pid))} MiB`);
});
