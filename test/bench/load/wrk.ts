import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { assertAllSucceeded, type LoadGenerator, type LoadRequest, type LoadResult } from './generator.ts';

const script = fileURLToPath(new URL('wrk.lua', import.meta.url));

const summarySchema = z.object({
  requests: z.number(),
  duration_us: z.number(),
  p50_us: z.number(),
  p99_us: z.number(),
  errors: z.record(z.string(), z.number()),
});

/** One thread, so that it takes as little as it can from the cores it shares with what it measures. */
export async function wrk(file: string): Promise<LoadGenerator> {
  return { name: await nameWithVersion(file), run: (request) => run(file, request) };
}

async function run(file: string, request: LoadRequest): Promise<LoadResult> {
  const { url, connections, durationSeconds, signal } = request;
  const args = ['-t1', `-c${connections}`, `-d${durationSeconds}s`, '--timeout', '10s', '-s', script, url];
  const { stdout } = await promisify(execFile)(file, args, { signal, env: scriptInputs(request) });
  const summary = summarySchema.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
  assertAllSucceeded('wrk', url, summary.errors);
  return {
    tokens: summary.requests,
    tokensPerSecond: summary.requests / (summary.duration_us / 1e6),
    p50Ms: summary.p50_us / 1e3,
    p99Ms: summary.p99_us / 1e3,
  };
}

// wrk cannot hold a rate, but its connections can think between requests.
function scriptInputs({ body, connections, targetPerSecond, proofsFile }: LoadRequest): Record<string, string> {
  return {
    BENCH_BODY: body,
    ...(proofsFile === undefined ? {} : { BENCH_PROOFS_FILE: proofsFile }),
    ...(targetPerSecond === undefined ? {} : { BENCH_MEAN_THINK_MS: String((connections / targetPerSecond) * 1e3) }),
  };
}

// `wrk -v` prints its version and the usage, and exits with 1.
async function nameWithVersion(file: string): Promise<string> {
  const output = await promisify(execFile)(file, ['-v']).catch((error: unknown) => error as { stdout: string });
  return /^wrk \S+/.exec(output.stdout)?.[0] ?? 'wrk';
}
