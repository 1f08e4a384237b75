import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import {
  assertAllSucceeded,
  formContentType,
  type LoadGenerator,
  type LoadRequest,
  type LoadResult,
} from './generator.ts';

const cli = fileURLToPath(import.meta.resolve('autocannon'));

const summarySchema = z.object({
  duration: z.number(),
  requests: z.object({ total: z.number() }),
  latency: z.object({ p50: z.number(), p99: z.number() }),
  errors: z.number(),
  timeouts: z.number(),
  non2xx: z.number(),
});

export async function autocannon(): Promise<LoadGenerator> {
  const manifest = z.object({ version: z.string() });
  const { version } = manifest.parse(JSON.parse(await readFile(new URL('package.json', `file://${cli}`), 'utf8')));
  return { name: `autocannon ${version}`, run };
}

async function run(request: LoadRequest): Promise<LoadResult> {
  const { stdout } = await promisify(execFile)(process.execPath, argumentsFor(request), { signal: request.signal });
  const { requests, duration, latency, errors, timeouts, non2xx } = summarySchema.parse(JSON.parse(stdout));
  assertAllSucceeded('autocannon', request.url, { errors, timeouts, non2xx });
  return {
    tokens: requests.total,
    tokensPerSecond: requests.total / duration,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
  };
}

function argumentsFor({ url, body, connections, durationSeconds, targetPerSecond }: LoadRequest): string[] {
  const rate = targetPerSecond === undefined ? [] : ['-R', String(Math.round(targetPerSecond))];
  return [
    ...[cli, '--json', '--no-progress', '-d', String(durationSeconds), '-c', String(connections), ...rate],
    ...['-m', 'POST', '-H', `content-type=${formContentType}`, '-b', body, url],
  ];
}
