import type { Db } from 'mongodb';
import { ClientGrant } from '../domain/client-grant.ts';
import { parseDocument } from './document.ts';

type Document = Omit<ClientGrant, 'id'> & { _id: string };

/** Collection `client_grants`: one grant for each client and audience. */
export function clientGrantsIn(db: Db) {
  const collection = db.collection<Document>('client_grants');
  return {
    async find(clientId: string, audience: string): Promise<ClientGrant | undefined> {
      const document = await collection.findOne({ client_id: clientId, audience });
      if (document === null) return undefined;
      const { _id, ...rest } = document;
      return parseDocument(ClientGrant, { id: _id, ...rest }, `client grant ${_id}`);
    },
    async put(grant: ClientGrant): Promise<void> {
      const { id, ...rest } = ClientGrant.parse(grant);
      await collection.replaceOne({ _id: id }, rest, { upsert: true });
    },
    createIndexes: () => collection.createIndex({ client_id: 1, audience: 1 }, { unique: true }, {}),
  };
}
