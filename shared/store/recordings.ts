import { Binary, type Db, type Filter } from 'mongodb';
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

type Stored = Omit<Recording, 'id' | 'sealed'> & { _id: string; sealed: Binary };
export type RecordingFilter = {
  clientIds?: readonly string[] | undefined;
  since?: Date | undefined;
  /** Older than the one that was recorded then. */
  before?: { at: Date; id: string } | undefined;
};

const MAX_QUERY_MS = 4_000;
/** What a document takes beside what is sealed. */
const BYTES_BESIDE = 512;
/** Ids that are removed by one command. */
const MAX_REMOVED = 1_000;

/** Collection `hook_recordings`: `_id` is the recording's id. Management alone reads and writes it. */
export function recordingsIn(db: Db) {
  const collection = db.collection<Stored>('hook_recordings');
  const filterOf = ({ clientIds, since, before }: RecordingFilter): Filter<Stored> => ({
    ...(before === undefined ? {} : { $or: [{ at: { $lt: before.at } }, { at: before.at, _id: { $lt: before.id } }] }),
    ...(clientIds === undefined ? {} : { client_id: { $in: [...clientIds] } }),
    ...(since === undefined ? {} : { at: { $gte: since } }),
  });
  const fromStored = ({ _id, sealed, ...rest }: Stored): Recording =>
    parseDocument(Recording, { id: _id, sealed: sealed.value(), ...rest }, `recording ${_id}`);

  return {
    /** @returns Their bytes. Nothing waits for a journal: what a server that is killed loses is recorded again. */
    async add(recordings: readonly Omit<Recording, 'bytes'>[]): Promise<number> {
      const documents = recordings.map(({ id, sealed, ...rest }) => ({
        _id: id,
        ...rest,
        bytes: sealed.length + rest.key.length + BYTES_BESIDE,
        sealed: new Binary(sealed),
      }));
      if (documents.length === 0) return 0;
      await collection.insertMany(documents, { ordered: false, writeConcern: { w: 'majority', journal: false } });
      return documents.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    async find(id: string): Promise<Recording | undefined> {
      const stored = await collection.findOne({ _id: id });
      return stored === null ? undefined : fromStored(stored);
    },
    /** Newest first. */
    async list(filter: RecordingFilter, { skip, limit }: { skip: number; limit: number }): Promise<Recording[]> {
      const found = collection.find(filterOf(filter), { maxTimeMS: MAX_QUERY_MS });
      return (await found.sort({ at: -1, _id: -1 }).skip(skip).limit(limit).toArray()).map(fromStored);
    },
    async size(filter: RecordingFilter = {}): Promise<{ recordings: number; bytes: number }> {
      const sum = { $group: { _id: null, recordings: { $sum: 1 }, bytes: { $sum: '$bytes' } } };
      const [found] = await collection
        .aggregate<{ recordings: number; bytes: number }>([{ $match: filterOf(filter) }, sum], {
          maxTimeMS: MAX_QUERY_MS,
        })
        .toArray();
      return { recordings: found?.recordings ?? 0, bytes: found?.bytes ?? 0 };
    },
    removeOlderThan: async (date: Date): Promise<number> =>
      (await collection.deleteMany({ at: { $lt: date } })).deletedCount,
    /** Removes the oldest until so many bytes are gone. @returns How many were. */
    async removeOldest(bytes: number): Promise<number> {
      let [left, removed] = [bytes, 0];
      while (left > 0) {
        const oldest = await collection
          .find({}, { projection: { bytes: 1 }, maxTimeMS: MAX_QUERY_MS })
          .sort({ at: 1 })
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
    removeOnes: async (ids: readonly string[]): Promise<void> => {
      await collection.deleteMany({ _id: { $in: [...ids] } });
    },
    /** Those of some clients, or all. @returns How many were. */
    remove: async (filter: RecordingFilter): Promise<number> =>
      (await collection.deleteMany(filterOf(filter), { writeConcern: { w: 'majority' } })).deletedCount,
    async createIndexes(): Promise<void> {
      await collection.createIndexes([{ key: { at: 1 } }, { key: { client_id: 1, at: 1 } }]);
    },
  };
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
