import type { HookOverhead } from './hook-overhead.ts';
import type { Leg } from './leg.ts';
import { median, pairwise, spread, type Spread } from './stats.ts';
import type { SystemName } from './systems.ts';
import type { Throughput } from './throughput.ts';

/** One system's rounds, and hookmint's against them. */
type SystemSummary = { tokensPerSecond: Spread; p50Ms: Spread; p99Ms: Spread; ratio: Spread };

export function summarize({ legs }: Throughput): Record<SystemName, SystemSummary> {
  const against = (other: Leg[]): SystemSummary => ({
    ...summarizeLegs(other),
    ratio: spread(pairwise(tokensPerSecond(legs.hookmint), tokensPerSecond(other), (hookmint, it) => hookmint / it)),
  });
  return { hookmint: against(legs.hookmint), in_process: against(legs.in_process), webhook: against(legs.webhook) };
}

export function summarizeLegs(legs: Leg[]): Omit<SystemSummary, 'ratio'> {
  return {
    tokensPerSecond: spread(tokensPerSecond(legs)),
    p50Ms: spread(legs.map((leg) => leg.p50Ms)),
    p99Ms: spread(legs.map((leg) => leg.p99Ms)),
  };
}

export function opensslRatio({ legs, opensslSignsPerSecond }: Throughput): number | null {
  return opensslSignsPerSecond === null ? null : median(tokensPerSecond(legs.hookmint)) / opensslSignsPerSecond;
}

/** What the hook adds, round by round. */
export function summarizeOverhead({ legs }: HookOverhead): { p50Ms: Spread; p99Ms: Spread } {
  const added = (read: (leg: Leg) => number) =>
    spread(pairwise(legs.off.map(read), legs.on.map(read), (off, on) => on - off));
  return { p50Ms: added((leg) => leg.p50Ms), p99Ms: added((leg) => leg.p99Ms) };
}

function tokensPerSecond(legs: Leg[]): number[] {
  return legs.map((leg) => leg.tokensPerSecond);
}
