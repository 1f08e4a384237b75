const MIB = 1_048_576;

/** What a sandbox process does about its memory, by how much of it is resident. */
export type MemoryBounds = {
  /** Above this, isolates that have nothing to do are given up, but for those that were used just now. */
  giveUpBytes: number;
  /** Above this, those too. */
  pressedBytes: number;
  /** Above this the process ends, and with it the run that had an isolate for itself meanwhile. */
  maxBytes: number;
  /** More than a process without isolates needs: what it holds then is of no use to anybody. */
  emptyBytes: number;
  /** An isolate that was used within this time is in use. */
  inUseMs: number;
  /** One that was not used for this time is given up, however little memory there is in use. */
  idleMs: number;
  /** When nothing is left to be given up and the memory is not given back for so long, another process takes this one's place … */
  staysMs: number;
  /** … once it is so old: one whose hooks in use need as much would be replaced for ever. */
  minAgeMs: number;
};

export const MEMORY_BOUNDS: MemoryBounds = {
  giveUpBytes: 768 * MIB,
  pressedBytes: 896 * MIB,
  maxBytes: 1_024 * MIB,
  emptyBytes: 256 * MIB,
  inUseMs: 10_000,
  idleMs: 240_000,
  staysMs: 5_000,
  minAgeMs: 60_000,
};
