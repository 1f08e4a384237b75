import type { Db } from 'mongodb';
import { z } from 'zod';
import { Client } from '../domain/client.ts';
import { documentsIn } from './documents.ts';

/** `created_at_ms` tells a client from an earlier one of its id; not there where an older version made it, or the set-up. */
const StoredClient = Client.extend({ created_at_ms: z.number().optional() });

/** Collection `clients`: `_id` is the client_id. */
export function clientsIn(db: Db) {
  const clients = documentsIn(db, { name: 'clients', schema: StoredClient, idName: 'client_id', what: 'client' });
  return {
    ...clients,
    /** With `_id` last: filtered lists are told in the order of ids. */
    createIndexes: async () => {
      await clients.collection.createIndex({ 'profile.app_type': 1, _id: 1 });
      await clients.collection.createIndex({ 'profile.is_first_party': 1, _id: 1 });
    },
  };
}
