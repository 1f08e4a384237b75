import { isDeepStrictEqual } from 'node:util';
import type { CollationOptions, Db, Filter } from 'mongodb';
import type { z } from 'zod';
import { HookmintError } from '../errors.ts';
import { mapInTurns } from '../in-turns.ts';
import { parseDocument } from './document.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import { alreadyWritten, written } from './written.ts';

/** A value whose `_id` or unique index another document has already. */
export class DuplicateError extends Error {
  override readonly name = 'DuplicateError';
}

/** Times a change is tried again because another writer was faster. */
const MAX_CHANGE_ATTEMPTS = 50;

type Stored = { _id: string; _version?: number } & Record<string, unknown>;
export type Page = { skip: number; limit: number };
export type ListOrder = { by: string; collation?: CollationOptions };

/**
 * The documents of one collection, each checked by its schema whenever it is read or written. All writes are of one document
 * (design: one mongod is enough to begin with, and a sharded cluster works too).
 *
 * @param idName The member of the value that is stored as `_id`.
 * @param lookedUpBy What token requests look a value up by, if not by its id.
 */
export function documentsIn<Value extends object, Input>(
  db: Db,
  of: {
    name: string;
    schema: z.ZodType<Value, Input>;
    idName: keyof Value & string;
    what: string;
    lookedUpBy?: (value: Value) => string;
  },
) {
  const { name, schema, idName, what, lookedUpBy = (value: Value) => String(value[idName]) } = of;
  const collection = db.collection<Stored>(name);

  function fromStored(stored: Stored): Value {
    const { _id, ...rest } = stored;
    // Its `_version` is not of the schema, and so left out like any other unknown member.
    return parseDocument(schema, { [idName]: _id, ...rest }, `${what} ${_id}`);
  }

  function toStored(value: unknown): Stored {
    const { [idName]: id, ...rest } = schema.parse(value) as Value & Record<string, unknown>;
    return { _id: String(id), ...rest };
  }

  const byId = (id: string): Filter<Stored> => ({ _id: id });

  return {
    collection,
    async find(id: string): Promise<Value | undefined> {
      const stored = await collection.findOne(byId(id));
      return stored === null ? undefined : fromStored(stored);
    },
    async findBy(filter: Filter<Stored>): Promise<Value | undefined> {
      const stored = await collection.findOne(filter);
      return stored === null ? undefined : fromStored(stored);
    },
    /** In the order of their ids, or of another member and the way that its texts are compared. */
    async list(
      filter: Filter<Stored>,
      { skip, limit }: Page,
      { by, collation }: ListOrder = { by: '_id' },
    ): Promise<Value[]> {
      const sort = { ...(by === '_id' ? {} : { [by]: 1 as const }), _id: 1 as const };
      const found = collection.find(filter, collation === undefined ? {} : { collation });
      return mapInTurns(found.sort(sort).skip(skip).limit(limit), fromStored);
    },
    /** How many there are; with `limit` no more are counted, nor read, than so many. */
    count: (
      filter: Filter<Stored>,
      { limit, collation }: { limit?: number } & Partial<ListOrder> = {},
    ): Promise<number> =>
      collection.countDocuments(filter, {
        ...(limit === undefined ? {} : { limit }),
        // Without a filter MongoDB would read every document.
        ...(Object.keys(filter).length === 0 ? { hint: '_id_' } : {}),
        ...(collation === undefined || Object.keys(filter).length === 0 ? {} : { collation }),
      }),
    /** @throws {DuplicateError} */
    async insert(value: Input): Promise<Value> {
      const stored = toStored(value);
      const inserted = fromStored(stored);
      const insert = () => collection.insertOne(stored);
      await refusingDuplicates(() => written(name, stored._id, insert, () => [lookedUpBy(inserted)]));
      return inserted;
    },
    /** Writes a value, whether it was there or not. For set-up and tests; who edits uses `change`. */
    async put(value: Input): Promise<void> {
      const { _id, ...rest } = toStored(value);
      // It may have been looked up by something else before.
      await written(name, _id, () => collection.replaceOne(byId(_id), rest, { upsert: true }));
    },
    /**
     * Changes a document by a function of what it is now, again if another writer came between: no change is lost. What comes out
     * as it was is not written.
     *
     * @returns What was and what is; `undefined` when there is no such document.
     * @throws {DuplicateError} and whatever `edit` throws.
     */
    async change(
      id: string,
      edit: (now: Value) => Input | Promise<Input>,
    ): Promise<{ before: Value; after: Value } | undefined> {
      for (let attempt = 0; attempt < MAX_CHANGE_ATTEMPTS; attempt++) {
        const stored = await collection.findOne(byId(id));
        if (stored === null) return undefined;
        const before = fromStored(stored);
        const { _id, ...rest } = toStored(await edit(before));
        const after = fromStored({ _id, ...rest });
        if (isDeepStrictEqual(after, before)) {
          alreadyWritten({ collection: name, id, keys: [lookedUpBy(after)] });
          return { before, after };
        }
        const version = stored._version;
        const unchanged: Filter<Stored> = { _id: id, _version: version ?? { $exists: false } };
        const next = { ...rest, _version: (version ?? 0) + 1 };
        const { matchedCount } = await refusingDuplicates(() =>
          written(
            name,
            id,
            () => collection.replaceOne(unchanged, next),
            () => [...new Set([before, after].map(lookedUpBy))],
          ),
        );
        if (matchedCount === 1) return { before, after };
      }
      throw new HookmintError(
        'store_contended',
        `${what} ${id} is being changed by too many writers at the same time.`,
      );
    },
    /** What was removed; `undefined` when there was nothing. */
    async remove(id: string): Promise<Value | undefined> {
      const remove = () => collection.findOneAndDelete(byId(id));
      const stored = await written(name, id, remove, (removed) => {
        if (removed === undefined) return undefined;
        return removed === null ? [] : [lookedUpBy(fromStored(removed))];
      });
      return stored === null ? undefined : fromStored(stored);
    },
  };
}

async function refusingDuplicates<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicateKey(error)) {
      throw new DuplicateError('another document has this key', { cause: error });
    }
    throw error;
  }
}
