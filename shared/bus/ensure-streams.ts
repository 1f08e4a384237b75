import type { NatsConnection } from '@nats-io/transport-node';
import { ensureAssertionsStream } from './assertions-stream.ts';
import { ensureEventsStream } from './events-stream.ts';
import { ensureHookStorage } from './hook-storage-stream.ts';
import { ensureQuotasStream } from './quotas-stream.ts';

/**
 * Creates or updates every stream that hookmint needs.
 *
 * @param replicas How many servers of the cluster keep each.
 * @throws {HookmintError} `bus_jetstream_missing`
 */
export async function ensureStreams(connection: NatsConnection, replicas = 1): Promise<void> {
  const all = [ensureEventsStream, ensureAssertionsStream, ensureHookStorage, ensureQuotasStream];
  await Promise.all(all.map((ensure) => ensure(connection, replicas)));
}
