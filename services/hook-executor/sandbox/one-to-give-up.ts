/** Candidates that are compared. */
const COMPARED = 3;

/**
 * Which of several makes room for another: of three taken by chance the one that was used longest ago. Were it that of all of them, it would
 * be the next one needed whenever one more is used by turns than there is room for, and nothing would ever be found.
 */
export function oneToGiveUp<Candidate>(
  candidates: readonly Candidate[],
  usedMs: (candidate: Candidate) => number,
): Candidate | undefined {
  const taken = (): Candidate | undefined => candidates[Math.floor(Math.random() * candidates.length)];
  let oldest = taken();
  for (let i = 1; i < COMPARED; i++) {
    const other = taken();
    if (oldest !== undefined && other !== undefined && usedMs(other) < usedMs(oldest)) oldest = other;
  }
  return oldest;
}
