import { readFileSync } from 'node:fs';

const TICK_MS = 5;

/**
 * Watches for how long the event loop of this process stands still at the longest, milliseconds: for what it does itself, without the
 * time for which Linux let its thread wait for a CPU, as other tests are at work beside it.
 */
export function watchEventLoop(): { longestStopMs: () => number; end: () => void } {
  let longestMs = 0;
  let [lastMs, waitedMs] = [performance.now(), waitedForCpuMs()];
  const look = (): void => {
    const [nowMs, nowWaitedMs] = [performance.now(), waitedForCpuMs()];
    longestMs = Math.max(longestMs, nowMs - lastMs - (nowWaitedMs - waitedMs) - TICK_MS);
    [lastMs, waitedMs] = [nowMs, nowWaitedMs];
  };
  const timer = setInterval(look, TICK_MS);
  return {
    longestStopMs: () => {
      look();
      return Math.round(longestMs);
    },
    end: () => clearInterval(timer),
  };
}

/** Of the main thread, since its start; the second figure of Linux's schedstat is in nanoseconds. */
function waitedForCpuMs(): number {
  if (process.platform !== 'linux') return 0;
  return Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[1]) / 1e6;
}
