import type { NatsConnection } from '@nats-io/transport-node';
import { ASSERTIONS_BYTES, ensureAssertionsStream } from './assertions.ts';
import { connectBus, type BusEnv } from '../connect.ts';
import { ensureEventsStream, EVENTS_BYTES } from './events.ts';
import { ensureHookStorage, HOOK_STORAGE_BYTES } from './hook-storage.ts';
import { ensureQuotasStream, QUOTAS_BYTES } from './quotas.ts';

/** Of the user in the account where hooks' documents and the counts of tokens are kept: its seed, unset for a server without users. */
export type StorageUserEnv = { NATS_STORAGE_NKEY_SEED?: string | undefined };

/** What all of them take at most, of each server that keeps them. */
export const STREAMS_BYTES = EVENTS_BYTES + ASSERTIONS_BYTES + HOOK_STORAGE_BYTES + QUOTAS_BYTES;

/**
 * Creates or updates every stream that hookmint needs, in the account that it belongs to.
 *
 * @param events As the user of the account of the events.
 * @param env How that user connects, with the seed of the one in the other account.
 * @param replicas How many servers of the cluster keep each.
 * @param share The part of its usual size that each may have.
 * @throws {HookmintError} `bus_jetstream_missing`, `bus_unreachable`
 */
export async function ensureStreams(
  events: NatsConnection,
  { NATS_STORAGE_NKEY_SEED, ...env }: BusEnv & StorageUserEnv,
  replicas = 1,
  share = 1,
): Promise<void> {
  const sized = (bytes: number): number => Math.floor(bytes * share);
  const storage = await connectBus('setup-storage', { ...env, NATS_NKEY_SEED: NATS_STORAGE_NKEY_SEED });
  try {
    await Promise.all([
      ensureEventsStream(events, replicas, sized(EVENTS_BYTES)),
      ensureAssertionsStream(events, replicas, sized(ASSERTIONS_BYTES)),
      ensureHookStorage(storage, replicas, sized(HOOK_STORAGE_BYTES)),
      ensureQuotasStream(storage, replicas, sized(QUOTAS_BYTES)),
    ]);
  } finally {
    await storage.close();
  }
}
