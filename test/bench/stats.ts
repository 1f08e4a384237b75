export type Spread = { median: number; min: number; max: number };

export function spread(values: number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError('median of no values');
  return (lower + upper) / 2;
}

/** The least value that at least `percent` per cent of the values do not exceed. */
export function percentile(values: number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
  if (value === undefined) throw new RangeError('percentile of no values');
  return value;
}

/** Combines two systems round by round: what slows the machine in one round slows both of them. */
export function pairwise(left: number[], right: number[], combine: (left: number, right: number) => number): number[] {
  if (left.length !== right.length) throw new RangeError('a round is missing');
  return left.map((value, round) => combine(value, right[round] ?? NaN));
}
