import type { Db } from 'mongodb';
import { isDuplicateKey } from './duplicate-key.ts';

/** A token that was revoked alone; `_id` is its key (`token-key.ts`). */
type Revocation = {
  _id: string;
  client_id: string;
  revoked_at: Date;
  /** When the token would have expired, and is no more to be remembered. */
  expires_at: Date;
};

/** Collection `revocations`: tokens that were revoked one by one. Of those that were revoked together their client and its grant tell. */
export function revocationsIn(db: Db) {
  const collection = db.collection<Revocation>('revocations');
  const has = async (key: string): Promise<boolean> =>
    (await collection.findOne({ _id: key }, { projection: { _id: 1 } })) !== null;
  return {
    has,
    /** @returns Whether a majority of the members has it now, so that everybody sees it. */
    async add(key: string, { clientId, expiresAt }: { clientId: string; expiresAt: Date }): Promise<boolean> {
      try {
        await collection.insertOne({ _id: key, client_id: clientId, revoked_at: new Date(), expires_at: expiresAt });
        return true;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return has(key);
      }
    },
    createIndexes: () => collection.createIndex({ expires_at: 1 }, { expireAfterSeconds: 0 }, {}),
  };
}
