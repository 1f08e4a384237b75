/** How many more one holder may have than are free. */
const HELD_FOR_EACH_FREE = 3;

/**
 * Places shared between holders so that none can take them all: a holder gets one more while it has fewer than three times the free ones.
 * One alone holds three quarters at most, two three sevenths each, and there is always room for another (dynamic thresholds: Choudhury
 * and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998).
 */
export type Holder = string | readonly string[];

export type FairShares = {
  /**
   * @param holder Who has it; of several, as a tenant and one of its hooks, each has its share.
   * @returns Whether there was a place; it must be given back.
   */
  take(holder: Holder, free: number): boolean;
  giveBack(holder: Holder): void;
};

export function createFairShares(): FairShares {
  const held = new Map<string, number>();
  return {
    take: (holder, free) => {
      const all = eachOf(holder);
      if (all.some((one) => (held.get(one) ?? 0) >= HELD_FOR_EACH_FREE * free)) return false;
      for (const one of all) held.set(one, (held.get(one) ?? 0) + 1);
      return true;
    },
    giveBack: (holder) => {
      for (const one of eachOf(holder)) {
        const own = held.get(one) ?? 0;
        if (own > 1) held.set(one, own - 1);
        else held.delete(one);
      }
    },
  };
}

const eachOf = (holder: Holder): readonly string[] => (typeof holder === 'string' ? [holder] : holder);
