import { totalmem } from 'node:os';
import { logger } from '../../shared/log.ts';
import type { SandboxProcess } from './sandbox-process.ts';

/** For the executor itself, what the kernel keeps for it, and what its sandbox processes take from one look to the next. */
const RESERVE_BYTES = 448 * 1_048_576;
/** How fast they may take memory, all cores at it. */
const BYTES_PER_MS = 4 * 1_048_576;
const [MIN_INTERVAL_MS, MAX_INTERVAL_MS] = [20, 250];

/**
 * What all sandbox processes may take together: the memory of the container, or of the machine, but for a reserve. Beyond its limit the kernel
 * ends some process of a container, or all of them at once.
 */
export function memoryForSandboxes(limitBytes = Math.min(process.constrainedMemory() || Infinity, totalmem())): number {
  return Math.max(limitBytes - RESERVE_BYTES, limitBytes / 2);
}

/** Ends the largest of the processes whenever all take more than so much together. The less is left, the sooner it looks again. */
export function keepWithin(maxBytes: number, processes: Iterable<SandboxProcess>): { end: () => void } {
  let next: NodeJS.Timeout;
  function look(): void {
    let [sum, largest, largestBytes] = [0, undefined as SandboxProcess | undefined, 0];
    let isOneEnding = false;
    for (const one of processes) {
      const bytes = one.residentBytes();
      sum += bytes;
      isOneEnding ||= one.isEnding();
      if (bytes > largestBytes) [largest, largestBytes] = [one, bytes];
    }
    // The memory of one that is ending comes back by itself.
    if (sum > maxBytes && !isOneEnding && largest !== undefined) {
      logger.error(
        { sum, maxBytes },
        'sandbox processes take more memory than there is for them; the largest is ended',
      );
      largest.kill();
    }
    const leftMs = (maxBytes - sum) / BYTES_PER_MS;
    next = setTimeout(look, Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, leftMs))).unref();
  }
  look();
  return { end: () => clearTimeout(next) };
}
