/** Bodies of responses that runs hold, over all runs of the executor, bytes. */
const MAX_HELD_BYTES = 134_217_728;

/** What the responses of one run hold of the memory. */
export type RunMemory = {
  /** Reserves this many bytes; `false` if there is no room. */
  take(bytes: number): boolean;
  /** Gives back what a request took that came to nothing. */
  give(bytes: number): void;
  /** What a request took is the run's: it is given back with the run's end, or now, when that is past. */
  keep(bytes: number): void;
  end(): void;
};

/**
 * The memory for responses, shared by all runs. A hook may hold as much as is free beside it: alone half of it, with one more that wants
 * as much a third, so that there is always something left for the next one.
 */
export class ResponseMemory {
  #heldBytes = 0;
  readonly #bytesOfHook = new Map<string, number>();

  ofRun(hookId: string): RunMemory {
    let keptBytes = 0;
    let isOver = false;
    const give = (bytes: number): void => this.#add(hookId, -bytes);
    return {
      take: (bytes) => {
        const hookBytes = (this.#bytesOfHook.get(hookId) ?? 0) + bytes;
        if (hookBytes > MAX_HELD_BYTES - this.#heldBytes - bytes) return false;
        this.#add(hookId, bytes);
        return true;
      },
      give,
      keep: (bytes) => {
        if (isOver) give(bytes);
        else keptBytes += bytes;
      },
      end: () => {
        give(keptBytes);
        keptBytes = 0;
        isOver = true;
      },
    };
  }

  #add(hookId: string, bytes: number): void {
    this.#heldBytes += bytes;
    const hookBytes = (this.#bytesOfHook.get(hookId) ?? 0) + bytes;
    if (hookBytes === 0) this.#bytesOfHook.delete(hookId);
    else this.#bytesOfHook.set(hookId, hookBytes);
  }
}
