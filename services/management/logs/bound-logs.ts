import type { Db } from 'mongodb';
import { logger } from '../../../shared/log.ts';
import type { StoreDisk } from '../../../shared/store/disk.ts';
import { logsIn } from '../../../shared/store/logs.ts';
import { logsShortened, observeLogsSize, observeStoreDisk } from '../../../shared/telemetry/metrics.ts';
import { howFull, type LogsRoom } from './logs-room.ts';
import type { LogNote } from './log-notes.ts';

const LOOK_INTERVAL_MS = 15_000;
/** Where the disk is short: at 5,000 tokens a second no more than 10 MB of logs come in between. */
const CLOSE_LOOK_INTERVAL_MS = 5_000;
/** MongoDB removes what has expired once a minute, and knows what is free from its next checkpoint on. */
const SETTLE_MS = 180_000;
/** Of the bound: as much is left when it was passed, and below so much logs are kept as long as is set again. */
const LEFT_SHARE = 0.9;
const RELAXED_SHARE = 0.8;

export type LogsBound = {
  maxBytes: number;
  /** Of the store's disk, what is left to the configuration. */
  reserveBytes: number;
  /** As is set; less is kept while the bound asks for it. */
  retentionSeconds: number;
  /** Adds a warning to the logs. */
  note: (note: LogNote) => void;
  /** Whether the process's figures of logs and disk are those of this database. */
  isMeasured: boolean;
};

export type BoundLogs = {
  /** Whether logs may be added now; else their events wait in the stream, which has a bound of its own. */
  mayAdd: () => boolean;
  close: () => void;
};

/**
 * Keeps the tenant's logs within their bytes, and off what the disk has left for the configuration, for as long as the process lives: when
 * there are more, they expire earlier, the oldest first. Nobody is given the right to remove one log. That it happened is told by a log, a
 * metric and the service's own log.
 */
export function boundLogs(db: Db, bound: LogsBound): BoundLogs {
  let bytes: number | undefined;
  let disk: StoreDisk | undefined;
  let mayAdd = true;
  let settledMs = 0;
  let knowsDisk = true;
  if (bound.isMeasured) {
    observeLogsSize(() => bytes);
    observeStoreDisk(() => disk);
  }
  // A counter that begins with its first time shows no increase by it.
  logsShortened.add(0);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function tellDisk(room: LogsRoom): void {
    if (room.disk === undefined && knowsDisk) {
      logger.warn('MongoDB does not tell how full its disk is: management needs the right to `dbStats`');
    }
    knowsDisk = room.disk !== undefined;
    if (room.mayAdd !== mayAdd) {
      const told = { free_bytes: room.disk?.freeBytes, reserve_bytes: room.reserveBytes };
      if (mayAdd) logger.error(told, "the store's disk is full: no logs are added, and events wait in their stream");
      else logger.info(told, 'logs are added again');
    }
    ({ disk, mayAdd } = room);
  }

  const look = async (): Promise<void> => {
    let nextMs = LOOK_INTERVAL_MS;
    try {
      const room = await howFull(db, bound);
      tellDisk(room);
      bytes = room.bytes;
      if (performance.now() >= settledMs && (await fitLogs(db, bound, room)).changed) {
        settledMs = performance.now() + SETTLE_MS;
      }
      if (room.isShort) nextMs = CLOSE_LOOK_INTERVAL_MS;
    } catch (error) {
      logger.warn({ err: error }, 'the size of the logs cannot be read at the moment');
    }
    if (!closed) timer = setTimeout(() => void look(), nextMs).unref();
  };
  void look();
  return {
    mayAdd: () => mayAdd,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/**
 * Looks once. Replicas that look at the same time find the same, and the first of them tells it.
 *
 * @returns The bytes that logs and their indexes have in use, and whether it was changed when they expire.
 */
export async function fitLogs(
  db: Db,
  bound: LogsBound,
  known?: LogsRoom,
): Promise<{ bytes: number; changed: boolean }> {
  const { retentionSeconds, note } = bound;
  const logs = logsIn(db);
  const { bytes, count, maxBytes, because, maxLogsAtOnce } = known ?? (await howFull(db, bound));
  if (bytes < maxBytes * RELAXED_SHARE) return { bytes, changed: await logs.expireAfter(retentionSeconds, 'longer') };
  if (bytes <= maxBytes) return { bytes, changed: false };

  const tooMany = Math.min(maxLogsAtOnce, Math.ceil(count * (1 - (maxBytes * LEFT_SHARE) / bytes)));
  const oldestKept = await logs.dateAfterOldest(tooMany);
  if (oldestKept === undefined) return { bytes, changed: false };
  const seconds = Math.max(1, Math.floor((Date.now() - oldestKept.getTime()) / 1_000));
  if (!(await logs.expireAfter(seconds, 'shorter'))) return { bytes, changed: false };

  const description = `The logs before ${oldestKept.toISOString()}, some ${String(tooMany)}, go before their time: ${because}`;
  logsShortened.add(1);
  logger.warn({ bytes, maxBytes, oldestKept, logs: tooMany }, description);
  note({ description, details: { bytes, max_bytes: maxBytes, oldest_kept: oldestKept, logs: tooMany } });
  return { bytes, changed: true };
}
