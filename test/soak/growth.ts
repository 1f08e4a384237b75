/** One figure over time, after whatever is measured has settled. */
export type Series = {
  name: string;
  unit: string;
  /** How much it may grow by from the first point to the last, as its trend has it. */
  mayGrowBy: number;
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
  /** Of all pairs of points: how many have the later one above the earlier one, minus how many below; -1 to 1. */
  steadiness: number;
  grows: boolean;
};

/** A trend of less than so many points is none. */
export const MIN_POINTS = 10;

/** Kendall's tau from which a rise is steady, and no single step or wave. */
const MIN_STEADINESS = 0.4;

/**
 * Judges whether a series grows beyond its bound: its trend (Theil–Sen, the median of the slopes of all pairs of points, so that waves
 * and single peaks count for nothing) exceeds what it may grow by, and the rise is steady (Kendall's tau).
 *
 * @throws {RangeError} for fewer than {@link MIN_POINTS} points.
 */
export function judgeGrowth({ name, unit, mayGrowBy, points }: Series): Verdict {
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
    steadiness,
    grows: grownBy > mayGrowBy && steadiness >= MIN_STEADINESS,
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[sorted.length >> 1] ?? NaN) + (sorted[(sorted.length - 1) >> 1] ?? NaN)) / 2;
}
