import { NO_RUNS, type GradualFigures, type GradualRuns } from '../../../shared/domain/gradual-deployment.ts';
import { bucketOf } from '../../../shared/duration-buckets.ts';
import { addRuns } from '../../../shared/gradual-runs.ts';
import type { CountedRun } from './side-of.ts';

/** What is told is of the last minute, by parts of it that are forgotten one by one. */
const PARTS = 12;
const PART_MS = 5_000;

type Part = { number: number } & GradualFigures;

/** Counts the runs of both revisions of a gradual deployment within the last minute. */
export function createRecentRuns(now: () => number = () => performance.now()) {
  let parts: Part[] = [];
  const partNow = (): number => Math.floor(now() / PART_MS);

  function current(): Part {
    const number = partNow();
    const last = parts.at(-1);
    if (last?.number === number) return last;
    parts = parts.filter((part) => part.number > number - PARTS);
    const part = { number, deployed: emptyRuns(), gradual: emptyRuns() };
    parts.push(part);
    return part;
  }

  return {
    add: (side: keyof GradualFigures, { outcome, dropped, isFailed }: CountedRun): void => {
      const runs = current()[side];
      runs.runs++;
      if (outcome.status === 'denied') runs.denials++;
      else if (isFailed) runs.errors++;
      if (dropped > 0) runs.dropped++;
      const bucket = String(bucketOf(outcome.wall_ms));
      runs.durations[bucket] = (runs.durations[bucket] ?? 0) + 1;
    },
    figures: (): GradualFigures => {
      const oldest = partNow() - PARTS;
      const recent = parts.filter(({ number }) => number > oldest);
      return {
        deployed: recent.reduce((sum, { deployed }) => addRuns(sum, deployed), NO_RUNS),
        gradual: recent.reduce((sum, { gradual }) => addRuns(sum, gradual), NO_RUNS),
      };
    },
  };
}

const emptyRuns = (): GradualRuns => ({ ...NO_RUNS, durations: {} });
