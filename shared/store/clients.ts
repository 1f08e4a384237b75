import type { Db } from 'mongodb';
import { Client } from '../domain/client.ts';
import { documentsIn } from './documents.ts';

/** Collection `clients`: `_id` is the client_id. */
export function clientsIn(db: Db) {
  return documentsIn(db, { name: 'clients', schema: Client, idName: 'client_id', what: 'client' });
}
