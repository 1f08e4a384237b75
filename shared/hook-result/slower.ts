import type { RunDifference } from '../domain/run-difference.ts';
import { quantileMs, type DurationBuckets } from '../duration-buckets.ts';

/** Of fewer runs the slowest one decides: then the one in the middle tells. */
const LEAST_RUNS_OF_P99 = 100;
const LEAST_RUNS = 5;
/** A shorter difference is the machine's. */
const LEAST_MS = 50;
const LEAST_RATIO = 3;

/** Whether the runs of another revision take longer, all together: three times as long, and 50 ms more. */
export function slower(before: DurationBuckets, after: DurationBuckets): RunDifference | undefined {
  const runs = Math.min(...[before, after].map((buckets) => Object.values(buckets).reduce((sum, n) => sum + n, 0)));
  if (runs < LEAST_RUNS) return undefined;
  const share = runs < LEAST_RUNS_OF_P99 ? 0.5 : 0.99;
  const [was, is] = [quantileMs(before, share) ?? 0, quantileMs(after, share) ?? 0];
  if (is - was < LEAST_MS || is <= was * LEAST_RATIO) return undefined;
  const of = share === 0.5 ? 'half of the runs' : '99 % of the runs';
  return { kind: 'slower', what: of, before: `${was.toPrecision(2)} ms`, after: `${is.toPrecision(2)} ms` };
}
