import { observeClockSkew } from './telemetry/metrics.ts';

/** Half of what signers take: beyond ten seconds they refuse a request as an old one. */
const MAX_SKEW_MS = 5_000;
/** Three times as long as between two answers of a signer to a gateway that has nothing to do. */
const FORGET_MS = 90_000;

export type ClockWatch = {
  /** What a peer's clock says now, milliseconds since the epoch, in a message that is exchanged anyway. */
  heard: (peer: string, timeMs: number) => void;
  /** Why this clock is not to be trusted, for `/readyz`. */
  missing: () => string[];
};

/**
 * Compares this clock with those of others. It is wrong when nobody's is like it: of two that differ nobody knows which is right, so one
 * peer with a wrong clock stops nothing.
 */
export function watchClock(): ClockWatch {
  const peers = new Map<string, { skewMs: number; heardMs: number }>();

  /** The least difference to any peer; more than 0: this clock is ahead. */
  function skewMs(): number | undefined {
    const sinceMs = performance.now() - FORGET_MS;
    const skews = [...peers.values()].filter(({ heardMs }) => heardMs > sinceMs).map((peer) => peer.skewMs);
    return skews.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0];
  }

  observeClockSkew(skewMs);
  return {
    heard: (peer, timeMs) => void peers.set(peer, { skewMs: Date.now() - timeMs, heardMs: performance.now() }),
    missing: () => {
      const now = skewMs() ?? 0;
      if (Math.abs(now) <= MAX_SKEW_MS) return [];
      const seconds = String(Math.round(Math.abs(now) / 1_000));
      return [`the clock is ${seconds} s ${now > 0 ? 'ahead of' : 'behind'} those of all others`];
    },
  };
}
