/** What a tab keeps of a live log: so many lines, and so many characters of them. Older runs leave. */
export const MAX_LINES = 2_000;
export const MAX_CHARACTERS = 1_048_576;

/** What of a run takes room. */
type Printed = {
  lines: { text: string }[];
  failure?: { error?: { message: string; stack?: string } };
};

export type KeptRun<Log> = {
  /** Counts from 1 since the page follows. */
  number: number;
  log: Log;
  /** First lines of the run that are too many to be kept. */
  cut: number;
};

export type KeptRuns<Log> = {
  /** Oldest first. */
  runs: readonly KeptRun<Log>[];
  /** All that came. */
  count: number;
};

export const NO_RUNS: KeptRuns<never> = { runs: [], count: 0 };

/** With runs that came after those; of each as much as is kept, its end first. */
export function withRuns<Log extends Printed>({ runs, count }: KeptRuns<Log>, fresh: readonly Log[]): KeptRuns<Log> {
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

function kept<Log extends Printed>(log: Log, number: number): KeptRun<Log> {
  const cut = Math.max(0, log.lines.length - MAX_LINES);
  return { number, cut, log: cut === 0 ? log : { ...log, lines: log.lines.slice(cut) } };
}

/** A failure is a line too. */
const rowsOf = ({ lines, failure }: Printed): number => lines.length + (failure === undefined ? 0 : 1);

const charactersOf = ({ lines, failure }: Printed): number => {
  const { message = '', stack = '' } = failure?.error ?? {};
  return lines.reduce((sum, { text }) => sum + text.length, message.length + stack.length);
};
