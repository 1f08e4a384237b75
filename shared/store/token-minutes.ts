import { MongoServerError, type Db } from 'mongodb';
import { z } from 'zod';
import { parseDocument } from './document.ts';
import { DUPLICATE_KEY_CODE } from './duplicate-key.ts';

const count = z.int().nonnegative();

/** What became of the token requests of a minute. */
export const TokenMinute = z.object({
  /** Its start. */
  at: z.date(),
  issued: count.default(0),
  /** Requests that were refused or failed, by the code of the error. */
  errors: z.record(z.string(), count).default({}),
  /** How long those took that got a token, by the number of the bucket. */
  durations: z.record(z.string(), count).default({}),
});
export type TokenMinute = z.infer<typeof TokenMinute>;

/** `through`: the last log that is counted. */
type Stored = { _id: number; through: string } & TokenMinute;

export const MINUTE_MS = 60_000;
/** As long as a range that can be asked for, and a day. */
const KEPT_SECONDS = 8 * 86_400;
const MAX_QUERY_MS = 4_000;

/** Collection `token_minutes`: the figures of token requests, counted as their logs are written. */
export function tokenMinutesIn(db: Db) {
  const collection = db.collection<Stored>('token_minutes');
  return {
    /**
     * Adds to a minute, unless that was done with these logs before.
     *
     * @param through The last of the logs; they are counted in the order of their ids.
     */
    async add({ at, issued, errors, durations }: TokenMinute, through: string): Promise<void> {
      const $inc = Object.fromEntries([
        ['issued', issued],
        ...Object.entries(errors).map(([code, more]) => [`errors.${code}`, more]),
        ...Object.entries(durations).map(([bucket, more]) => [`durations.${bucket}`, more]),
      ]) as Record<string, number>;
      try {
        await collection.updateOne(
          { _id: at.getTime(), through: { $lt: through } },
          { $inc, $set: { through }, $setOnInsert: { at } },
          { upsert: true, writeConcern: { w: 1 } },
        );
      } catch (error) {
        // It is there, and has these.
        if (!(error instanceof MongoServerError && error.code === DUPLICATE_KEY_CODE)) throw error;
      }
    },
    /** The minutes of a range that had requests, oldest first. */
    async *between(from: Date, to: Date): AsyncGenerator<TokenMinute> {
      const found = collection.find({ at: { $gte: from, $lt: to } }, { maxTimeMS: MAX_QUERY_MS }).sort({ at: 1 });
      for await (const stored of found) yield parseDocument(TokenMinute, stored, 'a minute of token requests');
    },
    async createIndexes(): Promise<void> {
      await collection.createIndex({ at: 1 }, { expireAfterSeconds: KEPT_SECONDS }, {});
    },
  };
}
