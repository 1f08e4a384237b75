import type { Db } from 'mongodb';
import { ResourceServer } from '../domain/resource-server.ts';
import { documentsIn } from './documents.ts';

/** Collection `resource_servers`: `_id` is the API's id, `identifier` is unique. */
export function resourceServersIn(db: Db) {
  const apis = documentsIn(db, {
    name: 'resource_servers',
    schema: ResourceServer,
    idName: 'id',
    what: 'resource server',
    lookedUpBy: ({ identifier }) => identifier,
  });
  return {
    ...apis,
    findByIdentifier: (identifier: string): Promise<ResourceServer | undefined> => apis.findBy({ identifier }),
    createIndexes: () => apis.collection.createIndex({ identifier: 1 }, { unique: true }, {}),
  };
}
