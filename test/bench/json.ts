import type { HookOverhead } from './hook-overhead.ts';
import type { Leg } from './leg.ts';
import { median } from './stats.ts';
import { opensslRatio, summarize, summarizeOverhead } from './summary.ts';
import type { Throughput } from './throughput.ts';

export type Report = { rs256: Throughput; es256: Throughput; overhead: HookOverhead };

/** The report as one line of JSON: medians over the rounds. */
export function jsonLine({ rs256, es256, overhead }: Report): string {
  const { p50Ms, p99Ms } = summarizeOverhead(overhead);
  return JSON.stringify({
    rs256: throughputJson(rs256),
    es256: throughputJson(es256),
    hook_overhead_ms: { p50: round(p50Ms.median, 3), p99: round(p99Ms.median, 3) },
  });
}

function throughputJson(throughput: Throughput) {
  const systems = summarize(throughput);
  const toOpenssl = opensslRatio(throughput);
  return {
    tokens_per_s: round(systems.hookmint.tokensPerSecond.median, 1),
    ratio_to_in_process: round(systems.in_process.ratio.median, 3),
    ratio_to_webhook: round(systems.webhook.ratio.median, 3),
    ratio_to_openssl: toOpenssl === null ? null : round(toOpenssl, 3),
    p50_ms: round(systems.hookmint.p50Ms.median, 3),
    p99_ms: round(systems.hookmint.p99Ms.median, 3),
    ...cpuJson(throughput.legs.hookmint),
  };
}

/** With `--profile`: what `npm run sizing` calculates from. */
function cpuJson(legs: Leg[]): { cpu_ms_per_token?: Record<string, number> } {
  const labels = new Set(legs.flatMap(({ cpuMs }) => Object.keys(cpuMs ?? {})));
  if (labels.size === 0) return {};
  const perToken = (label: string): number => median(legs.map(({ cpuMs, tokens }) => (cpuMs?.[label] ?? 0) / tokens));
  return {
    cpu_ms_per_token: Object.fromEntries([...labels].map((label) => [label, round(perToken(label), 4)])),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
