import type { NatsConnection } from '@nats-io/transport-node';
import { logger } from '../log.ts';

/** Longer than a service takes to be started again. */
const UNSERVED_MS = 3_000;
const MAX_PAUSE_MS = 60_000;
const PROBE_INTERVAL_MS = 1_000;

/** By then other servers have been tried: it is the services that are away, and whoever waits for them is as good as any other. */
const DOUBTED_FOR_MS = 15_000;

export type ServedWatch = {
  /** A request was answered, or nobody was there to answer it. */
  heard: (isServed: boolean) => void;
  /** Whether the server that this connection is at may be cut off from the others, by whom the services are. */
  isDoubted: () => boolean;
  close: () => void;
};

/**
 * Leaves a server of a cluster at which nobody serves: one that is cut off from the others takes connections as ever, and tells nobody.
 *
 * @param probe Asks those who serve, so that they are heard of when nobody else asks. Default: what is asked anyway has to do.
 */
export function watchServed(connection: NatsConnection, probe?: () => void): ServedWatch {
  let sinceMs: number | undefined;
  let [leftMs, pauseMs] = [-Infinity, UNSERVED_MS];
  const isInCluster = (): boolean => connection.info?.cluster !== undefined;
  const unservedMs = (): number => (sinceMs === undefined ? 0 : performance.now() - sinceMs);

  function leave(): void {
    const nowMs = performance.now();
    if (!isInCluster() || nowMs - leftMs < pauseMs) return;
    if (leftMs > (sinceMs ?? 0)) pauseMs = Math.min(MAX_PAUSE_MS, 2 * pauseMs);
    leftMs = nowMs;
    logger.warn({ server: connection.getServer() }, 'nobody serves at this server of the bus, trying another');
    void connection.reconnect();
  }

  const prober = setInterval(() => {
    if (sinceMs !== undefined) probe?.();
  }, PROBE_INTERVAL_MS);
  return {
    heard: (isServed) => {
      if (isServed) {
        [sinceMs, pauseMs] = [undefined, UNSERVED_MS];
        return;
      }
      sinceMs ??= performance.now();
      if (unservedMs() >= UNSERVED_MS) leave();
    },
    isDoubted: () => isInCluster() && unservedMs() >= UNSERVED_MS && unservedMs() < DOUBTED_FOR_MS,
    close: () => clearInterval(prober),
  };
}
