import { startCpuClock, type CpuMs } from './cpu.ts';
import type { LoadGenerator, LoadRequest, LoadResult } from './load/generator.ts';
import type { BenchOptions } from './options.ts';
import type { System } from './systems.ts';
import { verifyToken } from './verify-token.ts';

export type Leg = LoadResult & { cpuMs: CpuMs | null };

/** What every leg of a run has in common. */
export type Bench = {
  options: BenchOptions;
  generator: LoadGenerator;
  signal: AbortSignal;
  progress: (line: string) => void;
};

export type Load = Pick<LoadRequest, 'connections' | 'targetPerSecond'>;

/** V8 goes on optimising for tens of thousands of requests. */
const warmUpLegs = 2;

/** The systems in turn, round after round, once each has been warmed up at full load for the length of two legs. */
export async function alternate<Name extends string>(
  bench: Bench,
  systems: Record<Name, System>,
  load: Load,
): Promise<Record<Name, Leg[]>> {
  const { rounds, durationSeconds } = bench.options;
  const names = Object.keys(systems) as Name[];
  const legs = Object.fromEntries(names.map((name) => [name, [] as Leg[]])) as Record<Name, Leg[]>;
  const warmUp = { connections: load.connections, durationSeconds: durationSeconds * warmUpLegs };
  for (const name of names) await runLeg(bench, systems[name], warmUp, 'warm-up');
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      legs[name].push(await runLeg(bench, systems[name], { ...load, durationSeconds }, `round ${round}/${rounds}`));
    }
  }
  return legs;
}

/** Checks that a system issues the right token, then loads it once. */
async function runLeg(
  { options, generator, signal, progress }: Bench,
  system: System,
  load: Load & { durationSeconds: number },
  label: string,
): Promise<Leg> {
  await verifyToken(system, signal);
  const readCpu = options.profile ? startCpuClock(system.rootPids) : () => null;
  const result = await generator.run({ ...load, url: system.tokenUrl, body: system.body, signal });
  const leg = { ...result, cpuMs: readCpu() };
  // Ctrl-C reaches the load generator too, which may then end well with half a leg.
  signal.throwIfAborted();
  progress(`${system.signingAlg} ${label} ${system.name}: ${describe(leg)}`);
  return leg;
}

function describe({ tokensPerSecond, p50Ms, p99Ms }: LoadResult): string {
  return `${tokensPerSecond.toFixed(0)} tokens/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`;
}
