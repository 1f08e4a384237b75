import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { STREAMS_BYTES } from '../../shared/bus/streams/ensure-streams.ts';
import { UsageError } from '../../shared/usage-error.ts';

const MIB = 1_048_576;

/** mongod's journal and first files. */
const MONGOD_BYTES = 350 * MIB;
/** What nats-server takes of the space that is free when it starts, at most. */
const JETSTREAM_SHARE = 0.75;
/** Of that, what is left to what others write meanwhile. */
const RESERVE = 0.8;
/** A smaller part of the streams' usual size keeps too little. */
const MIN_STREAMS_SHARE = 0.05;

/** What a data folder needs that has nothing yet, bytes of free space. */
export const NEEDED_BYTES = 600 * MIB;

/**
 * What the bus's streams may take of the disk of the data folder, bytes: all they want where there is room, 3.6 GB or so.
 *
 * @param started Whether servers have been started on the folder: what they have made is theirs already.
 * @throws {UsageError} One that says what is needed, before anything is started.
 */
export function streamsBytesFor(dataDir: string, natsDataDir: string, started: boolean): number {
  const { bavail, bsize } = statfsSync(dataDir);
  const freeBytes = bavail * bsize;
  if (!started && freeBytes < NEEDED_BYTES) {
    throw new UsageError(
      `The disk of ${dataDir} has ${inMegabytes(freeBytes)} free; a new data folder needs ${inMegabytes(NEEDED_BYTES)}. Make room, or choose another with --data DIR.`,
    );
  }
  const forStreams = freeBytes + bytesIn(natsDataDir) - (started ? 0 : MONGOD_BYTES);
  return Math.min(STREAMS_BYTES, Math.max(MIN_STREAMS_SHARE * STREAMS_BYTES, forStreams * JETSTREAM_SHARE * RESERVE));
}

const inMegabytes = (bytes: number): string => `${String(Math.floor(bytes / 1e6))} MB`;

function bytesIn(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  } catch {
    return 0;
  }
}
