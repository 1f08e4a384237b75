import type { Db } from 'mongodb';
import { ResourceServer } from '../domain/resource-server.ts';
import { parseDocument } from './document.ts';

type Document = Omit<ResourceServer, 'id'> & { _id: string };

/** Collection `resource_servers`: `_id` is the API's id, `identifier` is unique. */
export function resourceServersIn(db: Db) {
  const collection = db.collection<Document>('resource_servers');
  return {
    async findByIdentifier(identifier: string): Promise<ResourceServer | undefined> {
      const document = await collection.findOne({ identifier });
      if (document === null) return undefined;
      const { _id, ...rest } = document;
      return parseDocument(ResourceServer, { id: _id, ...rest }, `resource server ${_id}`);
    },
    async put(resourceServer: ResourceServer): Promise<void> {
      const { id, ...rest } = ResourceServer.parse(resourceServer);
      await collection.replaceOne({ _id: id }, rest, { upsert: true });
    },
    createIndexes: () => collection.createIndex({ identifier: 1 }, { unique: true }, {}),
  };
}
