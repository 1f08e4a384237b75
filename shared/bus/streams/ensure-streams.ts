import type { NatsConnection } from '@nats-io/transport-node';
import { ensureAssertionsStream } from './assertions.ts';
import { connectBus, type BusEnv } from '../connect.ts';
import { ensureEventsStream } from './events.ts';
import { ensureHookStorage } from './hook-storage.ts';
import { ensureQuotasStream } from './quotas.ts';

/** Of the user in the account where hooks' documents and the counts of tokens are kept: its seed, unset for a server without users. */
export type StorageUserEnv = { NATS_STORAGE_NKEY_SEED?: string | undefined };

/**
 * Creates or updates every stream that hookmint needs, in the account that it belongs to.
 *
 * @param events As the user of the account of the events.
 * @param env How that user connects, with the seed of the one in the other account.
 * @param replicas How many servers of the cluster keep each.
 * @throws {HookmintError} `bus_jetstream_missing`, `bus_unreachable`
 */
export async function ensureStreams(
  events: NatsConnection,
  { NATS_STORAGE_NKEY_SEED, ...env }: BusEnv & StorageUserEnv,
  replicas = 1,
): Promise<void> {
  const storage = await connectBus('setup-storage', { ...env, NATS_NKEY_SEED: NATS_STORAGE_NKEY_SEED });
  try {
    await Promise.all([
      ensureEventsStream(events, replicas),
      ensureAssertionsStream(events, replicas),
      ensureHookStorage(storage, replicas),
      ensureQuotasStream(storage, replicas),
    ]);
  } finally {
    await storage.close();
  }
}
