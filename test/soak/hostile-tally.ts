export type Tally = {
  /** What was tried, by kind. */
  tried: Record<string, number>;
  /** Answers that nobody should have had. */
  unexpected: Record<string, number>;
};

export function count(counts: Record<string, number>, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}
