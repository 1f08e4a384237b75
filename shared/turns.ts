export type Asker = {
  /** Who has the work done; `undefined`: whoever owns the process, who is not kept from any place. */
  caller?: string | undefined;
  /** Aborted: it waits no more. */
  signal?: AbortSignal | undefined;
};

export type Turns = <T>(work: () => Promise<T>, asker?: Asker) => Promise<T>;

type Places = { atOnce: number; maxWaiting: number };
type Waiting = { caller: string | undefined; begin: () => void };

/**
 * Lets a few pieces of work go on at a time and a few more wait. The next is one of the caller who has the least going on, and of those
 * callers the one that came first.
 *
 * @param options.ofOneCaller Of these places, the most that one caller has. Default: all.
 * @param options.full Makes the error of what can neither begin nor wait.
 */
export function createTurns(options: Places & { ofOneCaller?: Places; full: () => Error }): Turns {
  const { atOnce, maxWaiting, ofOneCaller = options, full } = options;
  const running = new Map<string | undefined, number>();
  let runningInAll = 0;
  let waiting: Waiting[] = [];

  const runningOf = (caller: string | undefined): number => running.get(caller) ?? 0;
  const mayBegin = (caller: string | undefined): boolean =>
    runningInAll < atOnce && (caller === undefined || runningOf(caller) < ofOneCaller.atOnce);
  const mayWait = (caller: string | undefined): boolean =>
    waiting.length < maxWaiting &&
    (caller === undefined || waiting.filter((one) => one.caller === caller).length < ofOneCaller.maxWaiting);

  function begin(caller: string | undefined): void {
    runningInAll++;
    running.set(caller, runningOf(caller) + 1);
  }

  function end(caller: string | undefined): void {
    runningInAll--;
    if (runningOf(caller) > 1) running.set(caller, runningOf(caller) - 1);
    else running.delete(caller);
    const [next] = waiting
      .filter((one) => mayBegin(one.caller))
      .sort((one, other) => runningOf(one.caller) - runningOf(other.caller));
    if (next === undefined) return;
    waiting = waiting.filter((one) => one !== next);
    begin(next.caller);
    next.begin();
  }

  function wait({ caller, signal }: Asker): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        waiting = waiting.filter((one) => one !== own);
        reject(signal?.reason as Error);
      };
      const own: Waiting = {
        caller,
        begin: () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      waiting.push(own);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  return async (work, { caller, signal } = {}) => {
    signal?.throwIfAborted();
    if (mayBegin(caller)) begin(caller);
    else if (mayWait(caller)) await wait({ caller, signal });
    else throw full();
    try {
      return await work();
    } finally {
      end(caller);
    }
  };
}
