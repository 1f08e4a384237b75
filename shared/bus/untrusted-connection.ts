import type { NatsConnection } from '@nats-io/transport-node';
import { logger } from '../log.ts';
import { connectBus, type BusEnv } from './connect.ts';

/** What came in vain within a second; more is a flood, and whoever makes it has no right to the time it takes. */
const MAX_WASTED_BYTES_PER_SECOND = 16_777_216;

/**
 * A connection for what executors send, and for nothing else: they run strangers' code, and one that is taken over sends as much as it
 * likes. The server cuts a connection that does not keep up, and so does this side: with it goes what is waiting on the way. By a
 * connection of its own that costs hooks, and neither signatures nor events nor the configuration.
 */
export type UntrustedConnection = {
  connection: NatsConnection;
  /** So many bytes came that nobody had asked for. */
  wasted: (bytes: number) => void;
};

/** @throws {HookmintError} As {@link connectBus}. */
export async function connectToExecutors(service: string, env: BusEnv): Promise<UntrustedConnection> {
  const connection = await connectBus(service, env, 'executors');
  let sinceMs = performance.now();
  let bytesWasted = 0;
  return {
    connection,
    wasted: (bytes) => {
      const nowMs = performance.now();
      if (nowMs - sinceMs > 1_000) [sinceMs, bytesWasted] = [nowMs, 0];
      bytesWasted += bytes;
      if (bytesWasted <= MAX_WASTED_BYTES_PER_SECOND || connection.isClosed() || connection.isDraining()) return;
      bytesWasted = 0;
      logger.error('an executor floods its connection: what is on its way there is given up');
      void connection.reconnect();
    },
  };
}
