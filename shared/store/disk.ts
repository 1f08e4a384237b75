import { MongoServerError, type Db } from 'mongodb';
import { z } from 'zod';

/** The disk that the store's server, or the primary of several, has its data on. */
export type StoreDisk = { totalBytes: number; freeBytes: number };

/** Less than any operation may take. */
const MAX_QUERY_MS = 4_000;
const UNAUTHORIZED_CODE = 13;

const DbStats = z.object({ fsTotalSize: z.number().positive(), fsUsedSize: z.number() });

/** Asks for it; `undefined` where the user may not (`dbStats` on the database), or the server does not know. */
export async function diskOf(db: Db): Promise<StoreDisk | undefined> {
  try {
    const stats = DbStats.safeParse(await db.command({ dbStats: 1, maxTimeMS: MAX_QUERY_MS }));
    if (!stats.success) return undefined;
    const { fsTotalSize, fsUsedSize } = stats.data;
    return { totalBytes: fsTotalSize, freeBytes: Math.max(0, fsTotalSize - fsUsedSize) };
  } catch (error) {
    if (error instanceof MongoServerError && error.code === UNAUTHORIZED_CODE) return undefined;
    throw error;
  }
}
