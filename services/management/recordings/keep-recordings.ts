import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Db } from 'mongodb';
import { NO_RECORDING } from '../../../shared/domain/recording.ts';
import { messageOf } from '../../../shared/errors.ts';
import { logger } from '../../../shared/log.ts';
import type { RecordingPublicKey } from '../../../shared/recording-seal.ts';
import { clientsIn } from '../../../shared/store/clients.ts';
import { bytesOf, recordingKeyIn, recordingsIn, type Recording } from '../../../shared/store/recordings.ts';
import { tenantIn } from '../../../shared/store/tenant.ts';
import { HOOK_RECORDED_QUEUE, HookRecorded, hookRecordedSubject } from '../../../shared/subjects/hook-recorded.ts';
import { keptSince } from './kept-since.ts';

/** Messages that are being written at a time: more are dropped. */
const MAX_MESSAGES = 4;
const LOOK_INTERVAL_MS = 60_000;
const PREPARE_INTERVAL_MS = 2_000;
const MIB = 1_048_576;
/** Gateways send a megabyte of input, in base64; a longer message is not read. */
const MAX_MESSAGE_BYTES = 2 * MIB;
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

  const closing = new AbortController();
  const prepared = prepare();
  prepared.catch(() => undefined);

  /** Gateways seal for the key of before until they know of the new one: nobody can open that. */
  async function prepare(): Promise<void> {
    for (let isTold = false; ; isTold = true) {
      try {
        await recordings.createIndexes();
        await recordingKeyIn(db).put(publicKey);
        return;
      } catch (error) {
        if (!isTold) logger.warn({ reason: messageOf(error) }, 'nothing can be recorded');
        await delay(PREPARE_INTERVAL_MS, undefined, { ref: false, signal: closing.signal });
      }
    }
  }

  async function keep({ key, recordings: sent }: HookRecorded): Promise<void> {
    await prepared;
    const nowMs = Date.now();
    const kept = sent.map(({ time_ms, sealed, ...label }) => {
      // A date to come would outlive the others, and not each number is one.
      return {
        ...label,
        at: new Date(Math.max(0, Math.min(time_ms, nowMs))),
        key,
        sealed: Buffer.from(sealed, 'base64'),
      };
    });
    // Also of those that fail as a whole some may be stored.
    for (const one of kept) addedBytes += bytesOf(one);
    try {
      await recordings.add(kept);
    } finally {
      await removeOrphans(kept);
      if (addedBytes >= LOOK_AFTER_BYTES) await look();
    }
  }

  /** Whoever deletes a client removes its recordings afterwards: of one that is gone by now, or was made anew, these came later. */
  async function removeOrphans(kept: readonly Pick<Recording, 'id' | 'client_id' | 'at'>[]): Promise<void> {
    const madeAt = await clientsIn(db).madeAt([...new Set(kept.map(({ client_id }) => client_id))]);
    const left = kept.filter(({ client_id, at }) => at.getTime() < (madeAt.get(client_id) ?? Infinity));
    if (left.length > 0) await recordings.removeOnes(left);
  }

  function look(): Promise<void> {
    return (looking ??= lookOnce().finally(() => (looking = undefined)));
  }

  async function lookOnce(): Promise<void> {
    const added = addedBytes;
    await fit(db, { addedBytes: added });
    addedBytes -= added;
  }

  const subscription = bus.subscribe(hookRecordedSubject(tenant), {
    queue: HOOK_RECORDED_QUEUE,
    callback: (error, message) => {
      if (error !== null || writing >= MAX_MESSAGES) return;
      if (message.data.length > MAX_MESSAGE_BYTES) {
        logger.warn({ bytes: message.data.length }, 'requests could not be recorded: the message is too long');
        return;
      }
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
      closing.abort();
      clearInterval(timer);
      subscription.unsubscribe();
    },
  };
}

/** Removes what is too old, and the oldest of what is too much: where that cannot be told, as much as was added. */
export async function fit(
  db: Db,
  { nowMs = Date.now(), addedBytes = 0 }: { nowMs?: number; addedBytes?: number } = {},
): Promise<void> {
  const recordings = recordingsIn(db);
  const { max_mib } = (await tenantIn(db).settings()).recording ?? NO_RECORDING;
  await recordings.removeOlderThan(await keptSince(db, nowMs));
  const maxBytes = max_mib * MIB;
  const bytes = await recordings.bytes().catch((error: unknown) => {
    logger.warn({ reason: messageOf(error) }, 'the bytes of recordings cannot be told: as much as came is removed');
    return undefined;
  });
  if (bytes === undefined) await recordings.removeOldest(addedBytes);
  else if (bytes > maxBytes) await recordings.removeOldest(bytes - maxBytes * LEFT_SHARE);
}
