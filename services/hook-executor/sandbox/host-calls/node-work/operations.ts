/** What Node's callbacks are called with. */
export type Done = (error: Error | null | undefined, ...results: unknown[]) => void;

/** A function of Node that hooks have: what it is given was decoded, and is not checked. */
export type Operation = {
  /** Estimated milliseconds of one core. May refuse what is over a bound. */
  ms: (...args: unknown[]) => number;
  /** On the thread that serves every hook of the process. */
  run: (...args: unknown[]) => unknown;
  /** The same on another thread. What it gives is made of the results by {@link shape}. */
  start?: (done: Done, ...args: unknown[]) => void;
  shape?: (...results: unknown[]) => unknown;
};

/**
 * Node checks what its functions are given, and says so in its own words: arguments are handed on as they came, whatever TypeScript would have them be.
 */
export const unchecked = (fn: unknown): ((...args: unknown[]) => unknown) => fn as (...args: unknown[]) => unknown;
