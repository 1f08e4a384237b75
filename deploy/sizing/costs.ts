import { z } from 'zod';

/** Processes that a token costs CPU. */
export const PROCESSES = [
  'gateway',
  'hook-executor',
  'sandbox',
  'signer',
  'management',
  'nats-server',
  'mongod',
] as const;
export type ProcessName = (typeof PROCESSES)[number];
export type CpuMs = Record<ProcessName, number>;

/** What a token costs, CPU milliseconds by process: medians at full load, on two cores (docs/performance.md). */
export const MEASURED_CPU_MS: Record<'RS256' | 'ES256', CpuMs> = {
  RS256: {
    gateway: 0.15,
    'hook-executor': 0.05,
    sandbox: 0.05,
    signer: 0.31,
    management: 0.03,
    'nats-server': 0.06,
    mongod: 0.04,
  },
  ES256: {
    gateway: 0.14,
    'hook-executor': 0.04,
    sandbox: 0.04,
    signer: 0.08,
    management: 0.02,
    'nats-server': 0.04,
    mongod: 0.04,
  },
};

/** Bytes of a token that a hook with a few claims has shaped. */
export const BYTES = {
  /** What is asked of an executor and what it answers, and the same of a signer, with the frame's part of each. */
  bus: 5_200,
  /** Its event, in the stream of one server. */
  event: 480,
  /** Its log in MongoDB, with indexes (docs/scaling.md). */
  log: 200,
};

/** Memory of a pod, MiB: as measured with 20,000 clients (docs/scaling.md), and what its limit leaves beside. */
export const MEMORY_MIB = { gateway: 512, 'hook-executor': 2_048, signer: 384, management: 512 };

const Bench = z.object({ cpu_ms_per_token: z.record(z.string(), z.number()) });
const BenchReport = z.object({ rs256: Bench, es256: Bench });

/**
 * Takes the costs of a run of `npm run bench -- --profile --json`; its last line.
 *
 * @throws {Error} when it is none.
 */
export function costsOfBench(output: string): Record<'RS256' | 'ES256', CpuMs> {
  const { rs256, es256 } = BenchReport.parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
  const of = (measured: Record<string, number>): CpuMs =>
    Object.fromEntries(PROCESSES.map((name) => [name, measured[name] ?? 0])) as CpuMs;
  return { RS256: of(rs256.cpu_ms_per_token), ES256: of(es256.cpu_ms_per_token) };
}
