/** One figure over time, after whatever is measured has settled. */
export type Series = {
  name: string;
  unit: string;
  /** How much it may grow by from the first point to the last, as its trend has it. */
  mayGrowBy: number;
  /** Given, it is judged by this instead: what its slope must be below, with 95 % confidence, a minute. */
  mayRisePerMinute?: number;
  points: readonly { atMs: number; value: number }[];
};

export type Verdict = {
  name: string;
  unit: string;
  median: number;
  /** By the trend, from the first point to the last. */
  grownBy: number;
  mayGrowBy: number;
  perHour: number;
  /** The slope with its interval of 95 %, as if each point told something of its own, and what it must be below. */
  perMinute: { slope: number; low: number; high: number; below: number | undefined };
  /** Of all pairs of points: how many have the later one above the earlier one, minus how many below; -1 to 1. */
  steadiness: number;
  grows: boolean;
};

/** A trend of less than so many points is none. */
export const MIN_POINTS = 10;

/** Standard deviations from the middle of a normal distribution to the ends of its 95 %. */
const Z_95 = 1.96;

/** Kendall's tau from which a rise is steady, and no single step or wave. */
const MIN_STEADINESS = 0.4;

/**
 * Judges whether a series grows beyond its bound: its trend (Theil–Sen, the median of the slopes of all pairs of points, so that waves
 * and single peaks count for nothing) exceeds what it may grow by, and the rise is steady (Kendall's tau). One with a bound of its slope must have the upper end of the slope's interval (Sen's) below that.
 *
 * @throws {RangeError} for fewer than {@link MIN_POINTS} points.
 */
export function judgeGrowth({ name, unit, mayGrowBy, mayRisePerMinute, points }: Series): Verdict {
  if (points.length < MIN_POINTS) throw new RangeError(`${name}: ${String(points.length)} points are no trend`);
  const slopes: number[] = [];
  let rises = 0;
  for (const [i, later] of points.entries()) {
    for (const earlier of points.slice(0, i)) {
      slopes.push((later.value - earlier.value) / (later.atMs - earlier.atMs));
      rises += Math.sign(later.value - earlier.value);
    }
  }
  const slope = medianOf(slopes);
  const [low, high] = intervalOf(slopes, points);
  const spanMs = (points.at(-1)?.atMs ?? 0) - (points[0]?.atMs ?? 0);
  const grownBy = slope * spanMs;
  const steadiness = rises / slopes.length;
  return {
    name,
    unit,
    median: medianOf(points.map(({ value }) => value)),
    grownBy,
    mayGrowBy,
    perHour: slope * 3_600_000,
    perMinute: { slope: slope * 60_000, low: low * 60_000, high: high * 60_000, below: mayRisePerMinute },
    steadiness,
    grows:
      mayRisePerMinute === undefined
        ? grownBy > mayGrowBy && steadiness >= MIN_STEADINESS
        : high * 60_000 >= mayRisePerMinute,
  };
}

/** The slopes between which that of the trend is with 95 % confidence, by the variance of Kendall's S with its ties. */
function intervalOf(slopes: readonly number[], points: Series['points']): [low: number, high: number] {
  const sorted = slopes.toSorted((a, b) => a - b);
  const spread = (count: number): number => count * (count - 1) * (2 * count + 5);
  const ties = [...Map.groupBy(points, ({ value }) => value).values()];
  const variance = (spread(points.length) - ties.reduce((sum, { length }) => sum + spread(length), 0)) / 18;
  const reach = Z_95 * Math.sqrt(variance);
  const low = Math.max(0, Math.floor((sorted.length - reach) / 2));
  return [sorted[low] ?? NaN, sorted[sorted.length - 1 - low] ?? NaN];
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[sorted.length >> 1] ?? NaN) + (sorted[(sorted.length - 1) >> 1] ?? NaN)) / 2;
}
