export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Lets a few pieces of work go on at a time and a few more wait, in the order in which they came.
 *
 * @param full Makes the error of what can neither begin nor wait.
 */
export function createTurns(options: { atOnce: number; maxWaiting: number; full: () => Error }): Turns {
  const { atOnce, maxWaiting, full } = options;
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < atOnce) running++;
    else {
      if (waiting.length >= maxWaiting) throw full();
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
