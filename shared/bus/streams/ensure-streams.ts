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
/** Less keeps next to nothing. */
export const MIN_STREAMS_MIB = 16;

/**
 * Creates or updates every stream that hookmint needs, in the account that it belongs to.
 *
 * @param events As the user of the account of the events.
 * @param env How that user connects, with the seed of the one in the other account.
 * @param replicas How many servers of the cluster keep each.
 * @param totalBytes What all may take of each server that keeps them. With less than {@link STREAMS_BYTES} each has its part of it; what is
 *   more is for events alone, which wait in their stream while management or the store is away.
 * @throws {HookmintError} `bus_jetstream_missing`, `bus_unreachable`
 */
export async function ensureStreams(
  events: NatsConnection,
  { NATS_STORAGE_NKEY_SEED, ...env }: BusEnv & StorageUserEnv,
  replicas = 1,
  totalBytes = STREAMS_BYTES,
): Promise<void> {
  const share = Math.min(1, totalBytes / STREAMS_BYTES);
  const sized = (bytes: number): number => Math.floor(bytes * share);
  const storage = await connectBus('setup-storage', { ...env, NATS_NKEY_SEED: NATS_STORAGE_NKEY_SEED });
  try {
    await Promise.all([
      ensureEventsStream(events, replicas, sized(EVENTS_BYTES) + Math.max(0, totalBytes - STREAMS_BYTES)),
      ensureAssertionsStream(events, replicas, sized(ASSERTIONS_BYTES)),
      ensureHookStorage(storage, replicas, sized(HOOK_STORAGE_BYTES)),
      ensureQuotasStream(storage, replicas, sized(QUOTAS_BYTES)),
    ]);
  } finally {
    await storage.close();
  }
}
