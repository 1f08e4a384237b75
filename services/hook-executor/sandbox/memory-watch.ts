import type { Isolates } from './isolates.ts';
import { MEMORY_BOUNDS, type MemoryBounds } from './memory-bounds.ts';

/**
 * Keeps the memory of a process within bounds. Where isolates are given up and their memory does not come back, it is in pieces between what is
 * in use, and comes back only with the end of the process.
 */
export class MemoryWatch {
  bounds: MemoryBounds = MEMORY_BOUNDS;
  readonly #bornMs = performance.now();
  /** Since when there is too much and nothing left to be given up. */
  #staysSinceMs: number | undefined;

  /**
   * @param isHeld A run has had an isolate for itself since the last look: the memory may be what it needs.
   * @returns What is left to be done for this process: to end, or to be replaced by a fresh one.
   */
  look(rssBytes: number, isolates: Isolates, isHeld: boolean): 'end' | 'replace' | undefined {
    const { maxBytes, giveUpBytes, emptyBytes, staysMs, minAgeMs } = this.bounds;
    if (rssBytes > maxBytes) return 'end';
    const gaveUp = isolates.giveUp(rssBytes, this.bounds) === 'gave up';
    const isTooMuch = rssBytes > (isolates.none ? Math.min(emptyBytes, giveUpBytes) : giveUpBytes);
    const nowMs = performance.now();
    if (gaveUp || isHeld || !isTooMuch) this.#staysSinceMs = undefined;
    else this.#staysSinceMs ??= nowMs;
    const stays = this.#staysSinceMs !== undefined && nowMs - this.#staysSinceMs > staysMs;
    return stays && nowMs - this.#bornMs > minAgeMs ? 'replace' : undefined;
  }
}
