import { percentile, spread, type Spread } from '../stats.ts';
import { BUNDLE_BYTES, bundleScript } from './bundle.ts';
import { expectOk, hookOf, startExecutor, type BenchExecutor } from './executor.ts';

/** Times from request to outcome, milliseconds. */
export type Latency = { runs: number; p50Ms: number; p99Ms: number; maxMs: number };

export type HookReport = {
  /** A hook that has its isolate. */
  warm: Latency;
  /** The first run of bundles that the executor has never seen; `firstMs` that of the very first, on an executor just started. */
  bundle: { bytes: number; firstMs: number; ms: Spread; count: number };
  /** Many hooks in turn: each one's first run, then its later ones. */
  many: { hooks: number; first: Latency; later: Latency; rssMib: number; peakRssMib: number };
  /** A hook that never ends: answer time and CPU time beyond its limit. */
  kill: { runs: number; cpuLimitMs: number; overshootMs: Latency; cpuOvershootMs: Spread };
};

const WARM_RUNS = 2_000;
const WARM_UP_RUNS = 200;
const BUNDLES = 10;
const HOOKS = 1_000;
const LATER_ROUNDS = 3;
const KILLS = 30;
const CPU_LIMIT_MS = 50;

const TUTORIAL = `module.exports = function (client, scope, audience, context, cb) {
  const access_token = {};
  access_token['https://foo.com/claim'] = 'bar';
  access_token.scope = scope;
  access_token.scope.push('extra');
  cb(null, access_token);
};`;

type Bench = { signal: AbortSignal; progress: (line: string) => void };

/** Each part on an executor of its own, one request at a time: what is measured is one token's wait, not a queue. */
export async function measureHooks(bench: Bench): Promise<HookReport> {
  const part = async <T>(name: string, measure: (executor: BenchExecutor) => Promise<T>): Promise<T> => {
    bench.signal.throwIfAborted();
    bench.progress(`hooks: ${name}`);
    await using cleanup = new AsyncDisposableStack();
    return await measure(abortable(await startExecutor(cleanup), bench.signal));
  };
  return {
    warm: await part('warm runs', measureWarm),
    bundle: await part('first runs of large bundles', measureBundles),
    many: await part(`${String(HOOKS)} hooks in turn`, measureMany),
    kill: await part('runaway hooks', measureKills),
  };
}

function abortable(executor: BenchExecutor, signal: AbortSignal): BenchExecutor {
  return {
    ...executor,
    run: (hook) => {
      signal.throwIfAborted();
      return executor.run(hook);
    },
  };
}

async function measureWarm(executor: BenchExecutor): Promise<Latency> {
  const hook = hookOf('warm', { code: TUTORIAL });
  for (let i = 0; i < WARM_UP_RUNS; i++) expectOk(await executor.run(hook));
  const tookMs: number[] = [];
  for (let i = 0; i < WARM_RUNS; i++) tookMs.push(expectOk(await executor.run(hook)).tookMs);
  return latency(tookMs);
}

async function measureBundles(executor: BenchExecutor): Promise<HookReport['bundle']> {
  const tookMs: number[] = [];
  for (let i = 0; i < BUNDLES; i++) {
    const build = { script: bundleScript(i), source_map: '', modules: [] };
    const hook = hookOf(`bundle-${String(i)}`, { code: `require('large');`, build });
    tookMs.push(expectOk(await executor.run(hook)).tookMs);
  }
  return { bytes: BUNDLE_BYTES, firstMs: tookMs[0] ?? NaN, ms: spread(tookMs), count: BUNDLES };
}

async function measureMany(executor: BenchExecutor): Promise<HookReport['many']> {
  const hooks = Array.from({ length: HOOKS }, (_, i) =>
    hookOf(`hook-${String(i)}`, { code: `${TUTORIAL}\n// ${String(i)}` }),
  );
  let peakRssMib = 0;
  const round = async (): Promise<number[]> => {
    const tookMs: number[] = [];
    for (const [i, hook] of hooks.entries()) {
      tookMs.push(expectOk(await executor.run(hook)).tookMs);
      if (i % 50 === 0) peakRssMib = Math.max(peakRssMib, await executor.rssMib());
    }
    return tookMs;
  };
  const first = await round();
  const later: number[] = [];
  for (let i = 0; i < LATER_ROUNDS; i++) later.push(...(await round()));
  const rssMib = await executor.rssMib();
  return {
    hooks: HOOKS,
    first: latency(first),
    later: latency(later),
    rssMib,
    peakRssMib: Math.max(peakRssMib, rssMib),
  };
}

async function measureKills(executor: BenchExecutor): Promise<HookReport['kill']> {
  const hook = hookOf('runaway', { code: 'module.exports = () => { while (true) {} };' }, { cpu_ms: CPU_LIMIT_MS });
  const overshootMs: number[] = [];
  const cpuOvershootMs: number[] = [];
  for (let i = 0; i < KILLS; i++) {
    const { tookMs, outcome } = await executor.run(hook);
    if (outcome.status !== 'timed_out' || outcome.limit !== 'cpu') {
      throw new Error(`a runaway hook ended otherwise: ${JSON.stringify(outcome)}`);
    }
    overshootMs.push(tookMs - CPU_LIMIT_MS);
    cpuOvershootMs.push(outcome.cpu_ms - CPU_LIMIT_MS);
  }
  return {
    runs: KILLS,
    cpuLimitMs: CPU_LIMIT_MS,
    overshootMs: latency(overshootMs),
    cpuOvershootMs: spread(cpuOvershootMs),
  };
}

function latency(tookMs: number[]): Latency {
  return {
    runs: tookMs.length,
    p50Ms: percentile(tookMs, 50),
    p99Ms: percentile(tookMs, 99),
    maxMs: Math.max(...tookMs),
  };
}
