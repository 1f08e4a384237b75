import { MongoServerError, type Db } from 'mongodb';
import { z } from 'zod';
import { SigningAlg } from '../domain/resource-server.ts';
import { PublicJwk } from '../subjects/keys-public.ts';
import { parseDocument } from './document.ts';

/** A signing key's life: `next` is published but not used yet, `current` signs, `previous` still verifies, `revoked` is gone. */
export const SigningKeyState = z.enum(['next', 'current', 'previous', 'revoked']);

export const SigningKey = z.strictObject({
  kid: z.string(),
  alg: SigningAlg,
  state: SigningKeyState,
  public_jwk: PublicJwk,
  /** The private JWK, encrypted (compact JWE) with a key that only the signer has. */
  private_jwe: z.string(),
  created_at_ms: z.number(),
});
export type SigningKey = z.infer<typeof SigningKey>;

type Document = Omit<SigningKey, 'kid'> & { _id: string };

const DUPLICATE_KEY = 11000;

/** Collection `signing_keys`: one `current` and one `next` key for each algorithm, whoever else starts at the same time. */
export function signingKeysIn(db: Db) {
  const collection = db.collection<Document>('signing_keys');
  return {
    async list(): Promise<SigningKey[]> {
      const documents = await collection.find({ state: { $ne: 'revoked' } }).toArray();
      return documents.map(({ _id, ...rest }) =>
        parseDocument(SigningKey, { kid: _id, ...rest }, `signing key ${_id}`),
      );
    },
    /** Adds a key unless the algorithm has one of that state; false when it has. */
    async add(key: SigningKey): Promise<boolean> {
      const { kid, ...rest } = SigningKey.parse(key);
      try {
        await collection.insertOne({ _id: kid, ...rest });
        return true;
      } catch (error) {
        if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false;
        throw error;
      }
    },
    createIndexes: () =>
      collection.createIndex(
        { alg: 1, state: 1 },
        { unique: true, partialFilterExpression: { state: { $in: ['current', 'next'] } } },
        {},
      ),
  };
}
