/** How many more one holder may have than are free. */
const HELD_FOR_EACH_FREE = 3;

/**
 * Places shared between holders so that none can take them all: a holder gets one more while it has fewer than three times the free ones.
 * One alone holds three quarters at most, two three sevenths each, and there is always room for another (dynamic thresholds: Choudhury
 * and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998).
 */
export type FairShares = {
  /** @returns Whether there was a place; it must be given back. */
  take(holder: string, free: number): boolean;
  giveBack(holder: string): void;
};

export function createFairShares(): FairShares {
  const held = new Map<string, number>();
  return {
    take: (holder, free) => {
      const own = held.get(holder) ?? 0;
      if (own >= HELD_FOR_EACH_FREE * free) return false;
      held.set(holder, own + 1);
      return true;
    },
    giveBack: (holder) => {
      const own = held.get(holder) ?? 0;
      if (own > 1) held.set(holder, own - 1);
      else held.delete(holder);
    },
  };
}
