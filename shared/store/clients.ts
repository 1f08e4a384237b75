import type { Db } from 'mongodb';
import { Client } from '../domain/client.ts';
import { parseDocument } from './document.ts';

type Document = Omit<Client, 'client_id'> & { _id: string };

/** Collection `clients`: `_id` is the client_id. */
export function clientsIn(db: Db) {
  const collection = db.collection<Document>('clients');
  return {
    async find(clientId: string): Promise<Client | undefined> {
      const document = await collection.findOne({ _id: clientId });
      if (document === null) return undefined;
      const { _id, ...rest } = document;
      return parseDocument(Client, { client_id: _id, ...rest }, `client ${_id}`);
    },
    async put(client: Client): Promise<void> {
      const { client_id, ...rest } = Client.parse(client);
      await collection.replaceOne({ _id: client_id }, rest, { upsert: true });
    },
  };
}
