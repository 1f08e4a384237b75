import { Binary, MongoBulkWriteError, type Db, type Filter } from 'mongodb';
import { z } from 'zod';
import { RecordingPublicKey } from '../recording-seal.ts';
import { parseDocument } from './document.ts';

/** A request that hooks shaped; `sealed` is what they were told of it. */
export const Recording = z.object({
  id: z.string(),
  at: z.date(),
  client_id: z.string(),
  audience: z.string(),
  /** Of the document, about. */
  bytes: z.number(),
  key: z.string(),
  sealed: z.instanceof(Uint8Array),
});
export type Recording = z.infer<typeof Recording>;

/** What is known of a recording without opening it. */
const RecordingEntry = Recording.omit({ key: true, sealed: true });
export type RecordingEntry = z.infer<typeof RecordingEntry>;

type Stored = Omit<Recording, 'id' | 'sealed'> & { _id: string; sealed: Binary };
type Size = { recordings: number; bytes: number; oldest: Date | null };
type Page = { skip: number; limit: number };
export type RecordingFilter = {
  clientIds?: readonly string[] | undefined;
  since?: Date | undefined;
  /** Older than the one that was recorded then. */
  before?: { at: Date; id: string } | undefined;
};

const MAX_QUERY_MS = 4_000;
/** Nobody waits for it: the index of millions of recordings is read. */
const MAX_COUNT_MS = 20_000;
const DUPLICATE_KEY = 11_000;
/** With all that lists and sums ask for: what is sealed is a thousand times as much, and need not be read for them. */
const BY_AGE = { at: 1, _id: 1, bytes: 1 } as const;
const BY_CLIENT = { client_id: 1, at: 1, _id: 1, bytes: 1 } as const;
/** What a document takes beside what is sealed. */
const BYTES_BESIDE = 512;
/** Ids that are removed by one command. */
const MAX_REMOVED = 1_000;

/** Collection `hook_recordings`: `_id` is the recording's id. Management alone reads and writes it. */
export function recordingsIn(db: Db) {
  const collection = db.collection<Stored>('hook_recordings');
  const filterOf = ({ clientIds, since, before }: RecordingFilter): Filter<Stored> => ({
    ...(clientIds === undefined ? {} : { client_id: { $in: [...clientIds] } }),
    ...(since === undefined ? {} : { at: { $gte: since } }),
    ...(before === undefined
      ? {}
      : {
          // Where an index begins; `$or` alone has it read from the newest on.
          at: { $lte: before.at, ...(since === undefined ? {} : { $gte: since }) },
          $or: [{ at: { $lt: before.at } }, { at: before.at, _id: { $lt: before.id } }],
        }),
  });
  const fromStored = ({ _id, sealed, ...rest }: Stored): Recording =>
    parseDocument(Recording, { id: _id, sealed: sealed.value(), ...rest }, `recording ${_id}`);

  return {
    /** Of several with one id the first is kept. Nothing waits for a journal: what a server that is killed loses is recorded again. */
    async add(recordings: readonly Omit<Recording, 'bytes'>[]): Promise<void> {
      if (recordings.length === 0) return;
      const documents = recordings.map(({ id, sealed, ...rest }) => ({
        _id: id,
        ...rest,
        bytes: bytesOf({ sealed, ...rest }),
        sealed: new Binary(sealed),
      }));
      const writeConcern = { w: 'majority', journal: false } as const;
      await collection.insertMany(documents, { ordered: false, writeConcern }).catch((error: unknown) => {
        if (!isOfDuplicates(error)) throw error;
      });
    },
    async find(id: string): Promise<Recording | undefined> {
      const stored = await collection.findOne({ _id: id });
      return stored === null ? undefined : fromStored(stored);
    },
    /** Newest first. */
    async list(filter: RecordingFilter, { skip, limit }: Page): Promise<Recording[]> {
      const found = collection.find(filterOf(filter), { maxTimeMS: MAX_QUERY_MS });
      return (await found.sort({ at: -1, _id: -1 }).skip(skip).limit(limit).toArray()).map(fromStored);
    },
    /** As `list`, without what is sealed. */
    async entries(filter: RecordingFilter, { skip, limit }: Page): Promise<RecordingEntry[]> {
      const found = collection.find(filterOf(filter), { projection: { key: 0, sealed: 0 }, maxTimeMS: MAX_QUERY_MS });
      const stored = await found.sort({ at: -1, _id: -1 }).skip(skip).limit(limit).toArray();
      return stored.map(({ _id, ...rest }) => parseDocument(RecordingEntry, { id: _id, ...rest }, `recording ${_id}`));
    },
    async size(filter: RecordingFilter): Promise<Size> {
      const sums = { recordings: { $sum: 1 }, bytes: { $sum: '$bytes' }, oldest: { $min: '$at' } };
      const [found] = await collection
        .aggregate<Size>([{ $match: filterOf(filter) }, { $group: { _id: null, ...sums } }, { $unset: '_id' }], {
          maxTimeMS: MAX_QUERY_MS,
        })
        .toArray();
      return found ?? { recordings: 0, bytes: 0, oldest: null };
    },
    /** Of all, by the index alone. */
    async bytes(): Promise<number> {
      const sum = [{ $match: { at: { $gte: new Date(0) } } }, { $group: { _id: null, bytes: { $sum: '$bytes' } } }];
      const options = { hint: BY_AGE, maxTimeMS: MAX_COUNT_MS };
      const [found] = await collection.aggregate<{ bytes: number }>(sum, options).toArray();
      return found?.bytes ?? 0;
    },
    removeOlderThan: async (date: Date): Promise<number> =>
      (await collection.deleteMany({ at: { $lt: date } })).deletedCount,
    /** Removes the oldest until so many bytes are gone. @returns How many were. */
    async removeOldest(bytes: number): Promise<number> {
      let [left, removed] = [bytes, 0];
      while (left > 0) {
        const oldest = await collection
          .find({}, { projection: { bytes: 1 }, maxTimeMS: MAX_QUERY_MS })
          .sort({ at: 1, _id: 1 })
          .limit(MAX_REMOVED)
          .toArray();
        const ids: string[] = [];
        for (const { _id, bytes: own } of oldest) {
          if (left <= 0) break;
          ids.push(_id);
          left -= own;
        }
        if (ids.length === 0) break;
        removed += (await collection.deleteMany({ _id: { $in: ids } })).deletedCount;
      }
      return removed;
    },
    /** By their clients too: whoever gives a recording the id of another does not remove that. */
    removeOnes: async (ones: readonly Pick<Recording, 'id' | 'client_id'>[]): Promise<void> => {
      const [ids, clientIds] = [ones.map(({ id }) => id), new Set(ones.map(({ client_id }) => client_id))];
      await collection.deleteMany({ _id: { $in: ids }, client_id: { $in: [...clientIds] } });
    },
    /** Those of some clients, or all. @returns How many were. */
    remove: async (filter: RecordingFilter): Promise<number> =>
      (await collection.deleteMany(filterOf(filter), { writeConcern: { w: 'majority' } })).deletedCount,
    async createIndexes(): Promise<void> {
      await collection.createIndexes([{ key: BY_AGE }, { key: BY_CLIENT }]);
    },
  };
}

/** What a recording takes, about. */
export const bytesOf = ({ sealed, key }: Pick<Recording, 'sealed' | 'key'>): number =>
  sealed.length + key.length + BYTES_BESIDE;

function isOfDuplicates(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError)) return false;
  return (
    [error.writeErrors].flat().every(({ code }) => code === DUPLICATE_KEY) &&
    error.result.getWriteConcernError() === undefined
  );
}

type StoredKey = { _id: 'recording_key' } & RecordingPublicKey;

/** The public key of recordings, in the collection `tenant`, where gateways read it. */
export function recordingKeyIn(db: Db) {
  const collection = db.collection<StoredKey>('tenant');
  return {
    find: async (): Promise<RecordingPublicKey | undefined> =>
      RecordingPublicKey.optional().parse((await collection.findOne({ _id: 'recording_key' })) ?? undefined),
    put: (key: RecordingPublicKey) => collection.updateOne({ _id: 'recording_key' }, { $set: key }, { upsert: true }),
  };
}
