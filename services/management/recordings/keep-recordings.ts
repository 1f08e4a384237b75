import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import { NO_RECORDING } from '../../../shared/domain/recording.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import type { RecordingPublicKey } from '../../../shared/recording-seal.ts';
import { clientsIn } from '../../../shared/store/clients.ts';
import { recordingKeyIn, recordingsIn } from '../../../shared/store/recordings.ts';
import { tenantIn } from '../../../shared/store/tenant.ts';
import { HOOK_RECORDED_QUEUE, HookRecorded, hookRecordedSubject } from '../../../shared/subjects/hook-recorded.ts';
import { keptSince } from './kept-since.ts';

/** Messages that are being written at a time: more are dropped. */
const MAX_MESSAGES = 4;
const LOOK_INTERVAL_MS = 60_000;
const MIB = 1_048_576;
/** So much more, and the bound is looked at: several of management pass it by no more than that each. */
const LOOK_AFTER_BYTES = MIB;
/** Of the bound: as much is left when it was passed. */
const LEFT_SHARE = 0.95;

/**
 * Keeps what gateways record, within the tenant's bounds of bytes and age, the oldest going first, for as long as the process lives. It opens
 * none of it.
 */
export function keepRecordings({
  bus,
  tenant,
  db,
  publicKey,
}: {
  bus: NatsConnection;
  tenant: string;
  db: Db;
  publicKey: RecordingPublicKey;
}): { close: () => void } {
  const recordings = recordingsIn(db);
  let writing = 0;
  let addedBytes = 0;
  let looking: Promise<void> | undefined;

  /** Gateways seal for the key of before until they know of the new one: nobody can open that. */
  const prepared = (async () => {
    await recordings.createIndexes();
    await recordingKeyIn(db).put(publicKey);
  })();
  prepared.catch((error: unknown) => logger.warn({ reason: messageOf(error) }, 'nothing can be recorded'));

  async function keep({ key, recordings: sent }: HookRecorded): Promise<void> {
    await prepared;
    const nowMs = Date.now();
    const kept = sent.map(({ time_ms, sealed, ...label }) => {
      // A date to come would outlive the others.
      return { ...label, at: new Date(Math.min(time_ms, nowMs)), key, sealed: Buffer.from(sealed, 'base64') };
    });
    addedBytes += await recordings.add(kept);
    // Whoever deletes a client removes its recordings afterwards: of one that is gone by now, or was made anew, these came later.
    const madeAt = await clientsIn(db).madeAt([...new Set(kept.map(({ client_id }) => client_id))]);
    const left = kept.filter(({ client_id, at }) => at.getTime() < (madeAt.get(client_id) ?? Infinity));
    if (left.length > 0) await recordings.removeOnes(left.map(({ id }) => id));
    if (addedBytes >= LOOK_AFTER_BYTES) await look();
  }

  function look(): Promise<void> {
    return (looking ??= fit(db).finally(() => {
      addedBytes = 0;
      looking = undefined;
    }));
  }

  const subscription = bus.subscribe(hookRecordedSubject(tenant), {
    queue: HOOK_RECORDED_QUEUE,
    callback: (error, message) => {
      if (error !== null || writing >= MAX_MESSAGES) return;
      writing++;
      Promise.try(() => keep(HookRecorded.parse(message.json())))
        .catch((failure: unknown) => logger.warn({ reason: messageOf(failure) }, 'requests could not be recorded'))
        .finally(() => writing--);
    },
  });
  const timer = setInterval(() => {
    look().catch((error: unknown) => logger.warn({ reason: messageOf(error) }, 'old recordings cannot be removed'));
  }, LOOK_INTERVAL_MS).unref();
  return {
    close: () => {
      clearInterval(timer);
      subscription.unsubscribe();
    },
  };
}

/** Removes what is too old, and the oldest of what is too much. */
export async function fit(db: Db, nowMs = Date.now()): Promise<void> {
  const recordings = recordingsIn(db);
  const { max_mib } = (await tenantIn(db).settings()).recording ?? NO_RECORDING;
  await recordings.removeOlderThan(await keptSince(db, nowMs));
  const { bytes } = await recordings.size();
  const maxBytes = max_mib * MIB;
  if (bytes > maxBytes) await recordings.removeOldest(bytes - maxBytes * LEFT_SHARE);
}
