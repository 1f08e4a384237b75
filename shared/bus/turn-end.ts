/**
 * Runs `work` at the end of this event-loop turn. All that is asked for in one turn runs in one go, so that what it writes to a
 * connection leaves in one system call.
 */
export function atTurnEnd(work: () => void): void {
  if (waiting.length === 0) setImmediate(runAll);
  waiting.push(work);
}

let waiting: (() => void)[] = [];

function runAll(): void {
  const works = waiting;
  waiting = [];
  for (const work of works) work();
}
