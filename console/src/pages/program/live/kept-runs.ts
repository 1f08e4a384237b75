import type { RunLog } from '../../../api/programs.ts';

/** What a tab keeps of a live log: so many lines, and so many characters of them. Older runs leave. */
export const MAX_LINES = 2_000;
export const MAX_CHARACTERS = 1_048_576;

export type KeptRun = {
  /** Counts from 1 since the page follows. */
  number: number;
  log: RunLog;
  /** First lines of the run that are too many to be kept. */
  cut: number;
};

export type KeptRuns = {
  /** Oldest first. */
  runs: readonly KeptRun[];
  /** All that came. */
  count: number;
};

export const NO_RUNS: KeptRuns = { runs: [], count: 0 };

/** With runs that came after those; of each as much as is kept, its end first. */
export function withRuns({ runs, count }: KeptRuns, fresh: readonly RunLog[]): KeptRuns {
  const all = [...runs, ...fresh.map((log, index) => kept(log, count + index + 1))];
  let [lines, characters] = [0, 0];
  let first = all.length;
  for (const run of all.toReversed()) {
    lines += rowsOf(run.log);
    characters += charactersOf(run.log);
    // The newest is there whatever it takes: it is cut.
    if (first < all.length && (lines > MAX_LINES || characters > MAX_CHARACTERS)) break;
    first--;
  }
  return { runs: all.slice(first), count: count + fresh.length };
}

function kept(log: RunLog, number: number): KeptRun {
  const cut = Math.max(0, log.lines.length - MAX_LINES);
  return { number, cut, log: cut === 0 ? log : { ...log, lines: log.lines.slice(cut) } };
}

/** A failure is a line too. */
const rowsOf = ({ lines, failure }: RunLog): number => lines.length + (failure === undefined ? 0 : 1);

const charactersOf = ({ lines, failure: { error } = { outcome: '' } }: RunLog): number =>
  lines.reduce((sum, { text }) => sum + text.length, (error?.message.length ?? 0) + (error?.stack?.length ?? 0));
