import { setTimeout as delay } from 'node:timers/promises';
import { openNative } from './native.ts';

const ATTEMPTS = 20;
const INTERVAL_MS = 50;

/** Reaps processes that were ended and whose parent has ended, if they are this one's to reap now. */
export async function reapOrphans(pids: readonly number[]): Promise<void> {
  if (pids.length === 0) return;
  const native = await openNative();
  let left = [...pids];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    left = left.filter((pid) => native.reap(pid));
    if (left.length === 0) return;
    await delay(INTERVAL_MS, undefined, { ref: false });
  }
}
