import type { CollationOptions, Db } from 'mongodb';
import { z } from 'zod';
import { Client } from '../domain/client.ts';
import { documentsIn, type ListOrder } from './documents.ts';

/** `created_at_ms` tells a client from an earlier one of its id; not there where an older version made it, or the set-up. */
const StoredClient = Client.extend({ created_at_ms: z.number().optional() });

/** In the order of names as people read it: who looks for one does not know how it is written. */
export const BY_NAME: ListOrder & { collation: CollationOptions } = {
  by: 'name',
  collation: { locale: 'en', strength: 2 },
};

/** Collection `clients`: `_id` is the client_id. */
export function clientsIn(db: Db) {
  const clients = documentsIn(db, { name: 'clients', schema: StoredClient, idName: 'client_id', what: 'client' });
  return {
    ...clients,
    /** When those of some clients that are there were made, by their ids; 0 where that is not known. */
    async madeAt(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
      const found = clients.collection.find({ _id: { $in: [...ids] } }, { projection: { created_at_ms: 1 } });
      return new Map((await found.toArray()).map(({ _id, created_at_ms }) => [_id, Number(created_at_ms ?? 0)]));
    },
    /** With `_id` last: filtered lists are told in the order of ids. */
    createIndexes: async () => {
      await clients.collection.createIndex({ 'profile.app_type': 1, _id: 1 });
      await clients.collection.createIndex({ 'profile.is_first_party': 1, _id: 1 });
      await clients.collection.createIndex({ name: 1, _id: 1 }, { collation: BY_NAME.collation }, {});
    },
  };
}
