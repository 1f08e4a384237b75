import { MongoBulkWriteError, MongoServerError, type Db, type Filter, type IndexDescription } from 'mongodb';
import { z } from 'zod';
import { LogEntry } from '../domain/log-entry.ts';
import { mapInTurns } from '../in-turns.ts';
import { parseDocument } from './document.ts';
import type { Page } from './documents.ts';
import { DUPLICATE_KEY_CODE } from './duplicate-key.ts';

export type StoredLog = Omit<LogEntry, 'log_id'> & { _id: string };
export type LogFilter = Filter<StoredLog>;

/** Members that logs may be searched and sorted by: each has an index, which gives its matches by date too. */
export const INDEXED_LOG_FIELDS = [
  'type',
  'client_id',
  'client_name',
  'audience',
  'ip',
  'user_agent',
  'description',
] as const;
/** Members that are searched for whole values. Many logs have none of them, and then cost no index anything. */
export const LOOKED_UP_LOG_FIELDS = [
  'hook_id',
  'hook_revision',
  'hook_outcome',
  'hook_rule',
  'error_code',
  'correlation_id',
  'jti',
  'trace_id',
] as const;
/** Members that token requests are counted by. */
export const LOG_GROUPS = ['client_id', 'audience', 'hook_id', 'hook_revision', 'error_code'] as const;
export type LogGroup = (typeof LOG_GROUPS)[number];
export type LogSort = { field: 'date' | 'log_id' | (typeof INDEXED_LOG_FIELDS)[number]; order: 1 | -1 };

/** How long a query may take before MongoDB gives it up (`MaxTimeMSExpired`, code 50), less than any operation may take. */
const MAX_QUERY_MS = 4_000;

/** Requests that are counted by group: MongoDB reads some 100,000 a second. */
const MAX_GROUPED = 50_000;

const NAMESPACE_EXISTS_CODE = 48;
const INDEX_OPTIONS_CONFLICT_CODE = 85;
const EXPIRY_INDEX = 'expiry';
const DAY_SECONDS = 86_400;

/** Collection `logs`: `_id` is the log's id. MongoDB removes what is older than the retention. */
export function logsIn(db: Db) {
  const collection = db.collection<StoredLog>('logs');
  const fromStored = ({ _id, ...rest }: StoredLog): LogEntry =>
    parseDocument(LogEntry, { log_id: _id, ...rest }, `log ${_id}`);

  async function areThere(entries: readonly LogEntry[]): Promise<boolean> {
    const events = [...new Set(entries.map(({ event_id }) => event_id))];
    return (await collection.countDocuments({ event_id: { $in: events } })) === events.length;
  }

  async function setExpiry(expireAfterSeconds: number): Promise<void> {
    await db.command({ collMod: collection.collectionName, index: { name: EXPIRY_INDEX, expireAfterSeconds } });
  }

  return {
    collection,
    /** Adds entries, each unless one was made of its event already; by insertion, which costs a third of an upsert. */
    async append(entries: readonly LogEntry[]): Promise<void> {
      if (entries.length === 0) return;
      try {
        await collection.insertMany(
          entries.map(({ log_id, ...rest }) => ({ _id: log_id, ...rest })),
          // Thousands a second do not each wait for a journal: a server alone that is killed may lose the last 100 ms of them.
          { ordered: false, writeConcern: { w: 'majority' } },
        );
      } catch (error) {
        if (!(await areThere(refusedAsDuplicates(entries, error)))) throw error;
      }
    },
    async find(id: string): Promise<LogEntry | undefined> {
      const stored = await collection.findOne({ _id: id });
      return stored === null ? undefined : fromStored(stored);
    },
    async list(filter: LogFilter, { field, order }: LogSort, { skip, limit }: Page): Promise<LogEntry[]> {
      const sort: Record<string, 1 | -1> =
        field === 'log_id' ? { _id: order } : { ...(field === 'date' ? {} : { [field]: order }), date: order };
      const found = collection.find(filter, { maxTimeMS: MAX_QUERY_MS }).sort(sort).skip(skip).limit(limit);
      return mapInTurns(found, fromStored);
    },
    /** Of the log that is the last in the order of the stream; `undefined` when there is none. */
    async newestId(): Promise<string | undefined> {
      const [newest] = await collection
        .find({}, { projection: { _id: 1 } })
        .sort({ _id: -1 })
        .limit(1)
        .toArray();
      return newest?._id;
    },
    /** With `limit` no more of what a filter finds are counted, nor read, than so many. */
    count: (filter: LogFilter, limit?: number): Promise<number> =>
      Object.keys(filter).length === 0
        ? collection.estimatedDocumentCount({ maxTimeMS: MAX_QUERY_MS })
        : collection.countDocuments(filter, { maxTimeMS: MAX_QUERY_MS, ...(limit === undefined ? {} : { limit }) }),
    /**
     * How many token requests of a range had which value of a member: the values that most had, and how many of these got a token. A
     * request with several values, such as the hook and the Actions that ran, counts for each.
     *
     * @returns `since` when they are counted: of many requests only the last 50,000 are, so that the cost has a bound.
     */
    async groups(
      by: LogGroup,
      { from, to, limit }: { from: Date; to: Date; limit: number },
    ): Promise<{ since: Date; groups: { value: string; requests: number; issued: number; name: string | null }[] }> {
      const isMany = by === 'hook_id' || by === 'hook_revision';
      const ofTokens = { type: { $in: ['seccft', 'feccft'] as const }, date: { $gte: from, $lt: to } };
      const options = { projection: { _id: 0, date: 1 }, maxTimeMS: MAX_QUERY_MS } as const;
      const beyond = collection.find(ofTokens, options).sort({ date: -1 }).skip(MAX_GROUPED).limit(1);
      const since = (await beyond.next())?.date ?? from;
      const requests = { ...ofTokens, date: { $gte: since, $lt: to }, [by]: { $exists: true } };
      const found = collection.aggregate<{ _id: string; requests: number; issued: number; name?: string | null }>(
        [
          { $match: requests },
          ...(isMany ? [{ $unwind: `$${by}` }] : []),
          {
            $group: {
              _id: `$${by}`,
              requests: { $sum: 1 },
              issued: { $sum: { $cond: [{ $eq: ['$type', 'seccft'] }, 1, 0] } },
              ...(by === 'client_id' ? { name: { $max: '$client_name' } } : {}),
            },
          },
          { $sort: { requests: -1, _id: 1 } },
          { $limit: limit },
        ],
        { maxTimeMS: MAX_QUERY_MS },
      );
      const groups = (await found.toArray()).map(({ _id, name = null, ...counts }) => ({
        value: _id,
        name,
        ...counts,
      }));
      return { since, groups };
    },
    async createIndexes(retentionDays: number): Promise<void> {
      await db.createCollection('logs', { ...COMPRESSED, indexOptionDefaults: COMPRESSED }).catch(unlessThere);
      const there = (await collection.indexes()).map(({ key }) => membersOf(key));
      // Those of earlier versions have more members, and serve as well.
      const missing = INDEXES.filter(({ key }) => !there.some((members) => members.startsWith(membersOf(key))));
      if (missing.length > 0) await collection.createIndexes(missing);
      const expireAfterSeconds = retentionDays * DAY_SECONDS;
      try {
        await collection.createIndex({ date: 1 }, { name: EXPIRY_INDEX, expireAfterSeconds, ...COMPRESSED }, {});
      } catch (error) {
        if (!(error instanceof MongoServerError && error.code === INDEX_OPTIONS_CONFLICT_CODE)) throw error;
        // The setting was changed, or the bound of bytes has shortened it.
        await setExpiry(expireAfterSeconds);
      }
    },
    /**
     * Bytes that logs and their indexes have in use on the disk, as of the last checkpoint, those of their files, where what is free is theirs
     * to use again, and how many logs there are.
     */
    async size(): Promise<{ bytes: number; fileBytes: number; count: number }> {
      const [stats] = await collection
        .aggregate([{ $collStats: { storageStats: {} } }], { maxTimeMS: MAX_QUERY_MS })
        .toArray();
      const { storageSize, freeStorageSize, totalIndexSize, indexDetails, count } =
        StorageStats.parse(stats).storageStats;
      const freeInIndexes = Object.values(indexDetails).reduce((sum, index) => sum + index['block-manager'][FREE], 0);
      const fileBytes = storageSize + totalIndexSize;
      return { bytes: fileBytes - freeStorageSize - freeInIndexes, fileBytes, count };
    },
    /** The date of the log that becomes the oldest when so many older ones are gone; a million takes it a second. */
    async dateAfterOldest(count: number): Promise<Date | undefined> {
      // The index alone has it: no document is read of those that are walked over.
      const options = { projection: { _id: 0, date: 1 }, hint: EXPIRY_INDEX, maxTimeMS: MAX_QUERY_MS } as const;
      const [found] = await collection.find({}, options).sort({ date: 1 }).skip(count).limit(1).toArray();
      return found?.date;
    },
    /** Has logs expire after another time, if it is shorter, or longer, than the one they have. @returns Whether it was. */
    async expireAfter(seconds: number, than: 'shorter' | 'longer'): Promise<boolean> {
      const indexes = await collection.indexes();
      const now = indexes.find(({ name }) => name === EXPIRY_INDEX)?.expireAfterSeconds ?? Infinity;
      if (than === 'shorter' ? seconds >= now : seconds <= now) return false;
      await setExpiry(seconds);
      return true;
    },
  };
}

/**
 * Of what logs say half of what MongoDB's own choice takes, and of an index, which MongoDB does not compress, two thirds: what they say is much
 * alike, and so are their dates. Not for a collection or an index that is there.
 */
const COMPRESSED = { storageEngine: { wiredTiger: { configString: 'block_compressor=zstd' } } };

/**
 * Logs of one millisecond are in the order in which they were stored: with `_id` in each index a log takes twice as much. A log is the one
 * of its token and of few of its trace: for those the hash of the whole value will do, a quarter of it. In a clustered collection each index
 * holds `_id`, and takes three times as much.
 */
const INDEXES: readonly IndexDescription[] = [
  { key: { event_id: 1 }, unique: true, ...COMPRESSED },
  ...INDEXED_LOG_FIELDS.map((field) => ({ key: { [field]: 1, date: 1 } as const, ...COMPRESSED })),
  ...LOOKED_UP_LOG_FIELDS.map((field) => ({
    key:
      field === 'jti' || field === 'trace_id'
        ? { [field]: 'hashed' as const }
        : { [field]: 1 as const, date: 1 as const },
    partialFilterExpression: { [field]: { $exists: true } },
    ...COMPRESSED,
  })),
];

const membersOf = (key: IndexDescription['key']): string =>
  Object.keys(key)
    .map((member) => `${member},`)
    .join('');

function unlessThere(error: unknown): void {
  if (!(error instanceof MongoServerError && error.code === NAMESPACE_EXISTS_CODE)) throw error;
}

/** Unused space of an index, as WiredTiger calls it. */
const FREE = 'file bytes available for reuse';

const StorageStats = z.object({
  storageStats: z.object({
    count: z.number(),
    storageSize: z.number(),
    freeStorageSize: z.number(),
    totalIndexSize: z.number(),
    indexDetails: z.record(z.string(), z.object({ 'block-manager': z.object({ [FREE]: z.number() }) })),
  }),
});

/** The entries that an unordered insertion left out because their event or id is there. Throws `error` if it is about anything else. */
function refusedAsDuplicates(entries: readonly LogEntry[], error: unknown): LogEntry[] {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  const refusals = [error.writeErrors].flat();
  if (refusals.length === 0 || refusals.some(({ code }) => code !== DUPLICATE_KEY_CODE)) throw error;
  return refusals.flatMap(({ index }) => entries[index] ?? []);
}
