import type { Db } from 'mongodb';
import { z } from 'zod';
import { ClientGrant } from '../domain/client-grant.ts';
import { documentsIn } from './documents.ts';
import { written } from './written.ts';

/** `created_at_ms` tells a grant from an earlier one for the same client and API; not there where an older version made it, or the set-up. */
const StoredGrant = ClientGrant.extend({ created_at_ms: z.number().optional() });

/** More that go at once are not told one by one. */
const MAX_TOLD = 64;

/** What a grant is looked up by. */
export const clientGrantKey = ({ client_id, audience }: Pick<ClientGrant, 'client_id' | 'audience'>): string =>
  JSON.stringify([client_id, audience]);

/** Collection `client_grants`: one grant for each client and audience. */
export function clientGrantsIn(db: Db) {
  const grants = documentsIn(db, {
    name: 'client_grants',
    schema: StoredGrant,
    idName: 'id',
    what: 'client grant',
    lookedUpBy: clientGrantKey,
  });

  async function keysOf(of: { client_id: string } | { audience: string }): Promise<string[] | undefined> {
    const projection = { _id: 0, client_id: 1, audience: 1 };
    const found = await grants.collection
      .find(of, { projection })
      .limit(MAX_TOLD + 1)
      .toArray();
    if (found.length > MAX_TOLD) return undefined;
    return found.map((grant) => clientGrantKey(grant as unknown as ClientGrant));
  }

  return {
    ...grants,
    findFor: (clientId: string, audience: string): Promise<z.infer<typeof StoredGrant> | undefined> =>
      grants.findBy({ client_id: clientId, audience }),
    /** Removes the grants of a client, or to an API, that is gone. */
    removeAll: async (of: { client_id: string } | { audience: string }): Promise<void> => {
      const keys = await keysOf(of);
      const remove = () => grants.collection.deleteMany(of);
      await written('client_grants', Object.values(of).join(), remove, (removed) =>
        removed?.deletedCount === keys?.length ? keys : undefined,
      );
    },
    createIndexes: async () => {
      await grants.collection.createIndex({ client_id: 1, audience: 1 }, { unique: true }, {});
      // With `_id` last: lists are told in the order of ids.
      await grants.collection.createIndex({ audience: 1, _id: 1 }, {}, {});
      await grants.collection.createIndex({ client_id: 1, _id: 1 }, {}, {});
    },
  };
}
