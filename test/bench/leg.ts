import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCpuClock, type CpuMs } from './cpu.ts';
import { mostProofsPerSecond, type LoadGenerator, type LoadRequest, type LoadResult } from './load/generator.ts';
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
  const proofs = await writeProofs(system, load.durationSeconds);
  const readCpu = options.profile ? startCpuClock(system.rootPids) : () => null;
  const result = await generator
    .run({ ...load, ...proofs.request, url: system.tokenUrl, body: system.body, signal })
    .finally(proofs.remove);
  const leg = { ...result, cpuMs: readCpu() };
  // Ctrl-C reaches the load generator too, which may then end well with half a leg.
  signal.throwIfAborted();
  progress(`${system.signingAlg} ${label} ${system.name}: ${describe(leg)}`);
  return leg;
}

/** Before the clock starts: what clients spend on their proofs is no cost of the system. */
async function writeProofs(
  { makeProofs }: System,
  durationSeconds: number,
): Promise<{ request: Pick<LoadRequest, 'proofsFile'>; remove: () => void }> {
  if (makeProofs === undefined) return { request: {}, remove: () => undefined };
  const proofs = await makeProofs(durationSeconds * mostProofsPerSecond);
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-bench-'));
  const proofsFile = join(folder, 'proofs');
  writeFileSync(proofsFile, proofs.join('\n'));
  return { request: { proofsFile }, remove: () => rmSync(folder, { recursive: true }) };
}

function describe({ tokensPerSecond, p50Ms, p99Ms }: LoadResult): string {
  return `${tokensPerSecond.toFixed(0)} tokens/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`;
}
