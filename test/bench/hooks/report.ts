import { formatNumber, formatSpread, table } from '../table.ts';
import type { HookReport, Latency } from './measure.ts';

/** Goal for the memory of an executor and its sandbox processes after all hooks ran, MiB. */
const RSS_GOAL_MIB = 2_048;

/** For people. */
export function hooksText({ warm, bundle, many, kill }: HookReport): string {
  const mebibytes = formatNumber(bundle.bytes / 1_048_576, 0);
  const latencies: [string, Latency][] = [
    ['warm hook', warm],
    [`${formatNumber(many.hooks, 0)} hooks in turn, first run of each`, many.first],
    [`${formatNumber(many.hooks, 0)} hooks in turn, later runs`, many.later],
    [`runaway hook, answer time beyond cpu_ms ${String(kill.cpuLimitMs)}`, kill.overshootMs],
  ];
  const goal = `goal: under ${formatNumber(RSS_GOAL_MIB, 0)} MiB`;
  return [
    'Hooks: the hook-executor service and its sandbox processes, asked over a real NATS by the gateway’s code, one request at a time;',
    'times from request to outcome, without HTTP and signing',
    ...table([
      ['', 'runs', 'p50 ms', 'p99 ms', 'max ms'],
      ...latencies.map(([name, { runs, p50Ms, p99Ms, maxMs }]) => [
        name,
        formatNumber(runs, 0),
        ...[p50Ms, p99Ms, maxMs].map((ms) => formatNumber(ms, 2)),
      ]),
    ]),
    '',
    ...table([
      ['', 'median (min–max)'],
      [`first run of a ${mebibytes} MiB bundle, ${String(bundle.count)} fresh hooks, ms`, formatSpread(bundle.ms, 0)],
      ['  of them the first on an executor just started, ms', formatNumber(bundle.firstMs, 0)],
      [`runaway hook, CPU time beyond its limit, ms`, formatSpread(kill.cpuOvershootMs, 1)],
      [
        `RSS of executor and sandboxes after ${formatNumber(many.hooks, 0)} hooks, MiB (${goal})`,
        formatNumber(many.rssMib, 0),
      ],
      ['  at most meanwhile, MiB', formatNumber(many.peakRssMib, 0)],
    ]),
  ].join('\n');
}

/** As one line of JSON. */
export function hooksJson({ warm, bundle, many, kill }: HookReport): string {
  return JSON.stringify({
    hooks: {
      warm_ms: latencyJson(warm),
      bundle: {
        bytes: bundle.bytes,
        count: bundle.count,
        first_ms: round(bundle.firstMs),
        median_ms: round(bundle.ms.median),
        max_ms: round(bundle.ms.max),
      },
      many: {
        hooks: many.hooks,
        first_run_ms: latencyJson(many.first),
        later_run_ms: latencyJson(many.later),
        rss_mib: round(many.rssMib),
        peak_rss_mib: round(many.peakRssMib),
      },
      kill: {
        cpu_limit_ms: kill.cpuLimitMs,
        overshoot_ms: latencyJson(kill.overshootMs),
        cpu_overshoot_ms: { median: round(kill.cpuOvershootMs.median), max: round(kill.cpuOvershootMs.max) },
      },
    },
  });
}

function latencyJson({ runs, p50Ms, p99Ms, maxMs }: Latency) {
  return { runs, p50: round(p50Ms), p99: round(p99Ms), max: round(maxMs) };
}

const round = (value: number): number => Number(value.toFixed(3));
