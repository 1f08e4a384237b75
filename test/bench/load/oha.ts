import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import {
  assertAllSucceeded,
  formContentType,
  type LoadGenerator,
  type LoadRequest,
  type LoadResult,
} from './generator.ts';

const counts = z.record(z.string(), z.number());

const summarySchema = z.object({
  summary: z.object({ total: z.number() }),
  // Seconds; null when nothing was answered.
  latencyPercentiles: z.object({ p50: z.number().nullable(), p99: z.number().nullable() }),
  statusCodeDistribution: counts,
  errorDistribution: counts,
});

export async function oha(file: string): Promise<LoadGenerator> {
  const { stdout } = await promisify(execFile)(file, ['--version']);
  return { name: stdout.trim(), run: (request) => run(file, request) };
}

async function run(file: string, request: LoadRequest): Promise<LoadResult> {
  const { stdout } = await promisify(execFile)(file, argumentsFor(request), { signal: request.signal });
  const { summary, latencyPercentiles, statusCodeDistribution, errorDistribution } = summarySchema.parse(
    JSON.parse(stdout),
  );
  const { '200': tokens = 0, ...otherStatuses } = statusCodeDistribution;
  assertAllSucceeded('oha', request.url, { ...otherStatuses, ...errorDistribution });
  return {
    tokens,
    tokensPerSecond: tokens / summary.total,
    p50Ms: (latencyPercentiles.p50 ?? NaN) * 1e3,
    p99Ms: (latencyPercentiles.p99 ?? NaN) * 1e3,
  };
}

function argumentsFor({ url, body, connections, durationSeconds, targetPerSecond }: LoadRequest): string[] {
  const rate = targetPerSecond === undefined ? [] : ['-q', String(Math.round(targetPerSecond)), '--latency-correction'];
  return [
    ...['--no-tui', '--output-format', 'json', '--wait-ongoing-requests-after-deadline'],
    ...['-z', `${durationSeconds}s`, '-c', String(connections), ...rate],
    ...['-m', 'POST', '-T', formContentType, '-d', body, url],
  ];
}
