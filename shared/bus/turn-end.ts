/** Longest time for which work waits for more of its kind. */
const MAX_WAIT_MS = 1;

/**
 * Runs `work` at the end of this event-loop turn, once however often it was asked for. All that is asked for in one turn runs in one go, so
 * that what it writes to a connection leaves in one system call.
 */
export function atTurnEnd(work: () => void): void {
  if (works.size === 0) setImmediate(runAll);
  works.add(work);
}

/**
 * The same as soon as a turn has brought nothing more to be done, and within {@link MAX_WAIT_MS}: requests that are under way together come
 * in by several turns, and each message more costs every process on its way.
 */
export function whenDry(work: () => void): void {
  asked++;
  if (dryWorks.size === 0) {
    sinceMs = performance.now();
    setImmediate(look);
  }
  dryWorks.add(work);
}

let works = new Set<() => void>();
let dryWorks = new Set<() => void>();
let asked = 0;
let seen = 0;
let sinceMs = 0;

function runAll(): void {
  const all = works;
  works = new Set();
  for (const work of all) work();
}

function look(): void {
  if (asked !== seen && performance.now() - sinceMs < MAX_WAIT_MS) {
    seen = asked;
    setImmediate(look);
    return;
  }
  const all = dryWorks;
  dryWorks = new Set();
  for (const work of all) work();
}
