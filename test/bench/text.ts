import { availableParallelism } from 'node:os';
import type { CpuMs } from './cpu.ts';
import type { HookOverhead } from './hook-overhead.ts';
import type { Report } from './json.ts';
import type { Leg } from './leg.ts';
import type { BenchOptions } from './options.ts';
import { spread } from './stats.ts';
import { opensslRatio, summarize, summarizeLegs, summarizeOverhead } from './summary.ts';
import { formatNumber, formatSpread, table } from './table.ts';
import { connections, type Throughput } from './throughput.ts';

/** The report for people: medians over the rounds, with the least and the most. */
export function textReport({ rs256, es256, overhead }: Report, options: BenchOptions): string {
  const sections = [throughputText(rs256, options), throughputText(es256, options), overheadText(overhead)];
  if (options.profile) sections.push(profileText('RS256', rs256.legs), profileText('ES256', es256.legs));
  if (options.profile) sections.push(profileText('RS256 at half load', overhead.legs));
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

const keyNames = { RS256: 'RSA-2048', ES256: 'P-256' };

function throughputText(throughput: Throughput, { rounds, durationSeconds }: BenchOptions): string[] {
  const { signingAlg, opensslSignsPerSecond } = throughput;
  const header = ['', 'tokens/s', 'p50 ms', 'p99 ms', 'hookmint / it'];
  const rows = Object.entries(summarize(throughput)).map(([name, { tokensPerSecond, p50Ms, p99Ms, ratio }]) => [
    name,
    formatSpread(tokensPerSecond, 0),
    formatSpread(p50Ms, 2),
    formatSpread(p99Ms, 2),
    name === 'hookmint' ? '' : formatSpread(ratio, 2),
  ]);
  const limit = opensslSignsPerSecond === null ? 'not on PATH' : formatNumber(opensslSignsPerSecond, 0);
  const ratio = opensslRatio(throughput);
  return [
    `${signingAlg} (${keyNames[signingAlg]}), tutorial hook, ${connections} connections, ${rounds} × ${durationSeconds} s each`,
    ...table([header, ...rows, ['openssl speed', limit, '', '', ratio === null ? '' : formatNumber(ratio, 2)]]),
    `(openssl speed: signatures/s on all ${availableParallelism()} cores, nothing else running)`,
  ];
}

function overheadText(overhead: HookOverhead): string[] {
  const rows = Object.entries(overhead.legs).map(([name, legs]) => {
    const { tokensPerSecond, p50Ms, p99Ms } = summarizeLegs(legs);
    return [`hook ${name}`, formatSpread(tokensPerSecond, 0), formatSpread(p50Ms, 2), formatSpread(p99Ms, 2)];
  });
  const added = summarizeOverhead(overhead);
  return [
    `What the hook adds, RS256 at half load (${connections} connections aiming at ${formatNumber(overhead.targetPerSecond, 0)} tokens/s)`,
    ...table([
      ['', 'tokens/s', 'p50 ms', 'p99 ms'],
      ...rows,
      ['overhead', '', formatSpread(added.p50Ms, 2), formatSpread(added.p99Ms, 2)],
    ]),
  ];
}

export function profileText(title: string, systems: Record<string, Leg[]>): string[] {
  const rows = Object.entries(systems).flatMap(([name, legs]) => {
    const labels = new Set(legs.flatMap((leg) => Object.keys(leg.cpuMs ?? {})));
    const lines = [...labels].map((label) => [`  ${label}`, cpuPerToken(legs, (cpuMs) => cpuMs[label] ?? 0)]);
    return [[name, cpuPerToken(legs)], ...lines];
  });
  return [`${title}, CPU ms per token by process`, ...table(rows)];
}

export function cpuPerToken(legs: Leg[], read: (cpuMs: CpuMs) => number = sum): string {
  return formatSpread(spread(legs.map((leg) => read(leg.cpuMs ?? {}) / leg.tokens)), 3);
}

function sum(cpuMs: CpuMs): number {
  return Object.values(cpuMs).reduce((total, value) => total + value, 0);
}
