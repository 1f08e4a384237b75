import type { Db } from 'mongodb';
import { diskOf, type StoreDisk } from '../../../shared/store/disk.ts';
import { logsIn } from '../../../shared/store/logs.ts';

/** Of a disk, at most so much is kept for the configuration: a small one is not for that alone. */
const MAX_RESERVE_SHARE = 0.2;
/**
 * Where the reserve is reached, so much of their files as they are, and less in its last: what is free there logs can use again, but nobody else.
 * MongoDB gives nothing of a file back to the disk.
 */
const FILES_SHARE = 0.95;
const LAST_FILES_SHARE = 0.8;
/** Of the reserve: with less of it left no log is added, unless the files have room. What expires takes some of the disk as it goes. */
const LAST_SHARE = 0.5;
/** Of the files, and at least. */
const ROOM_IN_FILES_SHARE = 0.05;
const MIN_ROOM_IN_FILES_BYTES = 2_097_152;
/** What MongoDB writes of a log that goes until its next checkpoint, each of its indexes having it: its journal is on the same disk. */
const JOURNAL_BYTES_OF_REMOVAL = 1_024;
/** More are let go at the next looks: to count them takes its time. At 5,000 tokens a second no more than that come in between. */
const MAX_LOGS_AT_ONCE = 1_000_000;
/** With less than so many reserves free the disk is looked at often. */
const NEAR_RESERVES = 2;

/** What logs take, and what they may. */
export type LogsRoom = {
  /** In use, with indexes. */
  bytes: number;
  count: number;
  maxBytes: number;
  /** Of two bounds, what the one says that is the less. */
  because: string;
  /** Unknown to a user of the store that may not ask. */
  disk: StoreDisk | undefined;
  reserveBytes: number;
  /** So many may go together. */
  maxLogsAtOnce: number;
  /** Whether the disk has little more than the reserve. */
  isShort: boolean;
  mayAdd: boolean;
};

export async function howFull(db: Db, given: { maxBytes: number; reserveBytes: number }): Promise<LogsRoom> {
  const [size, disk] = [await logsIn(db).size(), await diskOf(db)];
  return roomOf(size, disk, given);
}

/** Logs may take what is set, as long as the disk has the reserve left beside them. */
export function roomOf(
  { bytes, fileBytes, count }: { bytes: number; fileBytes: number; count: number },
  disk: StoreDisk | undefined,
  given: { maxBytes: number; reserveBytes: number },
): LogsRoom {
  const reserveBytes = Math.min(given.reserveBytes, (disk?.totalBytes ?? Infinity) * MAX_RESERVE_SHARE);
  const freeBytes = disk?.freeBytes ?? Infinity;
  const lastBytes = reserveBytes * LAST_SHARE;
  const ofFiles = fileBytes * (freeBytes < lastBytes ? LAST_FILES_SHARE : FILES_SHARE);
  const ofDisk = Math.max(fileBytes + freeBytes - reserveBytes, ofFiles);
  const isOfDisk = ofDisk < given.maxBytes;
  const because = isOfDisk
    ? `MongoDB's disk has ${mib(freeBytes)} MiB free, and ${mib(reserveBytes)} MiB are for the configuration (HOOKMINT_STORE_RESERVE_MIB)`
    : `all took ${mib(bytes)} MiB of the ${mib(given.maxBytes)} MiB that HOOKMINT_LOG_MAX_MIB allows`;
  const inFiles = fileBytes - bytes;
  const hasRoomInFiles = inFiles > Math.max(MIN_ROOM_IN_FILES_BYTES, fileBytes * ROOM_IN_FILES_SHARE);
  return {
    bytes,
    count,
    maxBytes: isOfDisk ? ofDisk : given.maxBytes,
    because,
    maxLogsAtOnce: isOfDisk ? Math.floor(lastBytes / JOURNAL_BYTES_OF_REMOVAL) : MAX_LOGS_AT_ONCE,
    disk,
    reserveBytes,
    isShort: freeBytes < reserveBytes * NEAR_RESERVES,
    mayAdd: freeBytes >= lastBytes || (hasRoomInFiles && freeBytes >= lastBytes * LAST_SHARE),
  };
}

const mib = (bytes: number): string => String(Math.round(bytes / 1_048_576));
