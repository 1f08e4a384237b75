/** Where this process is in time, milliseconds: `atMs` by a clock that never goes back, `cpuMs` of CPU it has used. */
type ProcessTime = { atMs: number; cpuMs: number };

function processTime(): ProcessTime {
  const { user, system } = process.cpuUsage();
  return { atMs: performance.now(), cpuMs: (user + system) / 1_000 };
}

/**
 * Estimates a thread's CPU time as an equal share of the process's among the threads that have work: on a machine that has no time
 * for the process it stands still. A thread that had work from one reading to another used what lies between them.
 */
export class CpuShare {
  #threads = 0;
  #ms = 0;
  #last = processTime();

  /** Milliseconds that a thread used which has had work all along. */
  get ms(): number {
    const now = processTime();
    if (this.#threads > 0) {
      this.#ms += Math.min(now.atMs - this.#last.atMs, (now.cpuMs - this.#last.cpuMs) / this.#threads);
    }
    this.#last = now;
    return this.#ms;
  }

  /** One more thread has work; gives {@link ms}. */
  enter(): number {
    const { ms } = this;
    this.#threads++;
    return ms;
  }

  /** One less; {@link ms} was read just now. */
  leave(): void {
    this.#threads--;
  }
}
