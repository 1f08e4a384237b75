import { neighboursOf } from './neighbours.ts';
import { attackedSandbox, hook, sandboxPids } from './sandbox.ts';
import assert from 'node:assert/strict';
import type { HookLimits } from '../../shared/domain/hook.ts';

const sandbox = attackedSandbox('floods');
const { attack } = sandbox;
const { warmUp, whileRunning } = neighboursOf(sandbox);

/** What a hostile run may cost the others in its sandbox process. */
const NEIGHBOUR_MS = 100;
/** With so many at once the neighbours share the machine with them: they must be served, and the process must go on. */
const HOOKS_AT_ONCE = 6;
const NEIGHBOUR_OF_MANY_MS = 1_000;
/** A machine that is busy with other things makes a neighbour late too, yet not each time. */
const ATTEMPTS = 3;

const CPU = ['timed_out cpu'];
const MEMORY = ['out_of_memory'];
const ENDED = [...CPU, ...MEMORY, 'threw', 'ok', 'timed_out callback', 'timed_out wall'];

type Flood = { what: string; code: string; ends: readonly string[] };

const forever = (body: string): string => hook(`for (;;) { ${body} }`);
const inMicrotasks = (body: string): string => hook(`(async () => { for (;;) { await null; ${body} } })();`);
const caught = (call: string): string => `try { ${call} } catch {}`;

/** All that an isolate can ask of its host, each as often as a loop can. */
const FLOODS: Flood[] = [
  { what: 'refresh', code: hook('const t = setTimeout(() => {}, 1e6); for (;;) t.refresh();'), ends: CPU },
  { what: 'setTimeout and clearTimeout', code: forever('clearTimeout(setTimeout(() => {}, 1e6));'), ends: CPU },
  { what: 'setInterval and clearInterval', code: forever('clearInterval(setInterval(() => {}, 1e6));'), ends: CPU },
  { what: 'setImmediate and clearImmediate', code: forever('clearImmediate(setImmediate(() => {}));'), ends: CPU },
  {
    what: 'timers, ever sooner',
    code: hook('for (let ms = 2e9; ; ms--) clearTimeout(setTimeout(() => {}, ms));'),
    ends: CPU,
  },
  {
    what: 'refresh in microtasks',
    code: hook('const t = setTimeout(() => {}, 1e6); (async () => { for (;;) { await null; t.refresh(); } })();'),
    ends: [...CPU, ...MEMORY],
  },
  {
    what: 'setTimeout and clearTimeout in microtasks',
    code: inMicrotasks('clearTimeout(setTimeout(() => {}, 1e6));'),
    ends: [...CPU, ...MEMORY],
  },
  {
    what: 'timers at load',
    code: 'const t = setTimeout(() => {}, 1e6); for (;;) t.refresh();',
    ends: CPU,
  },
  {
    what: 'timers from timers',
    code: hook(
      'const more = () => { for (let i = 0; i < 1e4; i++) clearTimeout(setTimeout(more, 1e6)); setImmediate(more); }; more();',
    ),
    ends: CPU,
  },
  {
    what: 'as many intervals as there may be',
    code: hook('for (let i = 0; i < 1_000; i++) setInterval(() => {}, 1);'),
    ends: [...CPU, 'timed_out wall'],
  },
  { what: 'AbortSignal.timeout', code: forever(caught('AbortSignal.timeout(1e6);')), ends: [...CPU, ...MEMORY] },
  {
    what: 'abort',
    code: forever('const c = new AbortController(); c.signal.onabort = () => {}; c.abort();'),
    ends: CPU,
  },
  { what: 'console.log', code: forever('console.log("x");'), ends: CPU },
  {
    what: 'console of every kind',
    code: forever('console.error(1); console.table([1]); console.trace(); console.count();'),
    ends: CPU,
  },
  {
    what: 'storage.get',
    code: forever(caught('context.webtask.storage.get(() => {});')),
    ends: [...CPU, ...MEMORY, 'threw'],
  },
  {
    what: 'storage.set of large documents',
    code: forever(caught('context.webtask.storage.set("x".repeat(5e5), () => {});')),
    ends: [...CPU, ...MEMORY, 'threw'],
  },
  { what: 'fetch', code: forever(caught('fetch("http://127.0.0.1/").catch(() => {});')), ends: [...CPU, ...MEMORY] },
  {
    what: 'fetch with large bodies',
    code: hook(
      'const body = "x".repeat(1e6); for (;;) fetch("http://127.0.0.1/", { method: "POST", body }).catch(() => {});',
    ),
    ends: [...CPU, ...MEMORY],
  },
  {
    what: 'the bridge below fetch',
    code: forever(
      'globalThis[Symbol.for("hookmint.exchange")]({ url: "http://127.0.0.1/", method: "GET", headers: [], verify_tls: true }).catch(() => {});',
    ),
    ends: [...CPU, ...MEMORY],
  },
  {
    what: 'fetch and abort',
    code: forever(
      'const c = new AbortController(); fetch("http://127.0.0.1/", { signal: c.signal }).catch(() => {}); c.abort();',
    ),
    ends: [...CPU, ...MEMORY],
  },
  {
    what: 'digests',
    code: forever('crypto.subtle.digest("SHA-256", new Uint8Array(1)).catch(() => {});'),
    ends: [...CPU, ...MEMORY],
  },
  {
    what: 'digests of large data',
    code: hook('const data = new Uint8Array(1 << 20); for (;;) crypto.subtle.digest("SHA-256", data).catch(() => {});'),
    ends: [...CPU, ...MEMORY],
  },
  {
    what: 'calls that ask anew once they are answered',
    code: hook(
      'const more = () => crypto.subtle.digest("SHA-999", new Uint8Array(1)).then(more, more); for (let i = 0; i < 1_000; i++) more();',
    ),
    ends: [...CPU, 'timed_out wall', ...MEMORY],
  },
  { what: 'new URL', code: forever('new URL("https://a.example/b?c#d");'), ends: CPU },
  {
    what: 'long URLs',
    code: hook('const u = "https://a.example/" + "é".repeat(16_000); for (;;) URL.canParse(u);'),
    ends: CPU,
  },
  {
    what: 'parts of URLs',
    code: hook('const u = new URL("https://a.example/"); for (;;) u.hash = "a" + Math.random();'),
    ends: CPU,
  },
  {
    what: 'random bytes',
    code: hook('const a = new Uint8Array(65_536); for (;;) crypto.getRandomValues(a);'),
    ends: CPU,
  },
  { what: 'randomUUID', code: forever('crypto.randomUUID();'), ends: CPU },
  { what: 'performance.now', code: forever('performance.now();'), ends: CPU },
  { what: 'process.hrtime', code: forever('process.hrtime();'), ends: CPU },
  { what: 'rejections that nobody handles', code: forever('Promise.reject(1);'), ends: ENDED },
  {
    what: 'errors thrown in microtasks',
    code: inMicrotasks('queueMicrotask(() => { throw new Error("x"); });'),
    ends: ENDED,
  },
  { what: 'callbacks', code: hook(`for (;;) ${caught('cb(null, {});')}`), ends: CPU },
  { what: 'dynamic imports', code: forever('import("x").catch(() => {});'), ends: ENDED },
  { what: 'structured clones', code: forever('structuredClone({ a: [1, 2, 3] });'), ends: CPU },
];

async function costsNobodyElse(
  codes: string[],
  ends: readonly string[],
  withinMs: number,
  limits: Partial<HookLimits>,
) {
  let medianMs = Infinity;
  for (let attempt = 1; attempt <= ATTEMPTS && medianMs >= withinMs; attempt++) {
    // Of a content of its own: another isolate.
    await warmUp();
    const pids = sandboxPids();
    const found = await whileRunning(
      codes.map((code, i) => `${code}//${String(attempt)}/${String(i)}`),
      limits,
    );
    for (const end of found.ends) assert.ok(ends.includes(end), end);
    assert.deepEqual(sandboxPids(), pids, 'the process goes on');
    ({ medianMs } = found);
  }
  assert.ok(medianMs < withinMs, `neighbours waited ${String(medianMs)} ms`);
}

for (const { what, code, ends } of FLOODS) {
  attack(`a flood of ${what} costs its own run and no other`, () =>
    costsNobodyElse([code], ends, NEIGHBOUR_MS, { cpu_ms: 400, wall_ms: 4_000 }),
  );
}

/** What the host does for an isolate while that waits: many isolates keep it busy without a pause. */
const AT_ONCE = [
  'performance.now',
  'new URL',
  'long URLs',
  'random bytes',
  'refresh',
  'calls that ask anew once they are answered',
];

for (const { what, code } of FLOODS.filter((flood) => AT_ONCE.includes(flood.what))) {
  attack(`${String(HOOKS_AT_ONCE)} hooks that flood with ${what} at once leave the neighbours their part`, () =>
    costsNobodyElse(
      Array.from({ length: HOOKS_AT_ONCE }, () => code),
      [...CPU, 'timed_out wall'],
      NEIGHBOUR_OF_MANY_MS,
      {
        cpu_ms: 300,
        wall_ms: 15_000,
      },
    ),
  );
}
