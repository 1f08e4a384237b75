import type { GradualRuns } from './domain/gradual-deployment.ts';

export function addRuns(a: GradualRuns, b: GradualRuns): GradualRuns {
  const durations: Record<string, number> = { ...a.durations };
  for (const [bucket, count] of Object.entries(b.durations)) durations[bucket] = (durations[bucket] ?? 0) + count;
  return {
    runs: a.runs + b.runs,
    errors: a.errors + b.errors,
    denials: a.denials + b.denials,
    dropped: a.dropped + b.dropped,
    durations,
  };
}
