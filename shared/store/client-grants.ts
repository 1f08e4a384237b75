import type { Db } from 'mongodb';
import { ClientGrant } from '../domain/client-grant.ts';
import { documentsIn } from './documents.ts';
import { written } from './written.ts';

/** Collection `client_grants`: one grant for each client and audience. */
export function clientGrantsIn(db: Db) {
  const grants = documentsIn(db, { name: 'client_grants', schema: ClientGrant, idName: 'id', what: 'client grant' });
  return {
    ...grants,
    findFor: (clientId: string, audience: string): Promise<ClientGrant | undefined> =>
      grants.findBy({ client_id: clientId, audience }),
    /** Removes the grants of a client, or to an API, that is gone. */
    removeAll: async (of: { client_id: string } | { audience: string }): Promise<void> => {
      await written('client_grants', Object.values(of).join(), () => grants.collection.deleteMany(of));
    },
    createIndexes: async () => {
      await grants.collection.createIndex({ client_id: 1, audience: 1 }, { unique: true }, {});
      await grants.collection.createIndex({ audience: 1 }, {}, {});
    },
  };
}
