/** Eight to a doubling: a value is told within 5 % of what it was. */
const PER_DOUBLING = 8;
/** 0.1 ms and 5 minutes: what is shorter or longer counts as these. */
const [MIN_BUCKET, MAX_BUCKET] = [-27, 146];

/** How many durations were about so long, by the number of their bucket. */
export type DurationBuckets = Readonly<Record<string, number>>;

export function bucketOf(durationMs: number): number {
  const bucket = Math.floor(Math.log2(Math.max(durationMs, Number.MIN_VALUE)) * PER_DOUBLING);
  return Math.min(Math.max(bucket, MIN_BUCKET), MAX_BUCKET);
}

/** The middle of a bucket, milliseconds. */
const msOf = (bucket: number): number => 2 ** ((bucket + 0.5) / PER_DOUBLING);

/**
 * The duration that a share of all is not longer than, milliseconds; `null` for none.
 *
 * @param share Such as 0.99.
 */
export function quantileMs(buckets: DurationBuckets, share: number): number | null {
  const sorted = Object.entries(buckets)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .sort((a, b) => a.bucket - b.bucket);
  const rank = share * sorted.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { bucket, count } of sorted) {
    seen += count;
    if (seen >= rank) return msOf(bucket);
  }
  return null;
}
