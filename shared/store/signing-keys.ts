import type { Db, Filter } from 'mongodb';
import { z } from 'zod';
import { HookmintError } from '../errors.ts';
import { SigningAlg } from '../domain/resource-server.ts';
import { SigningKeyState } from '../domain/signing-key-state.ts';
import { PublicJwk } from '../subjects/keys-public.ts';
import { withTimeLimit } from '../time-limit.ts';
import { parseDocument } from './document.ts';
import { isDuplicateKey } from './duplicate-key.ts';

export const SigningKey = z.object({
  kid: z.string(),
  alg: SigningAlg,
  state: SigningKeyState,
  public_jwk: PublicJwk,
  /** Self-signed X.509, DER in base64. Keys of older versions are given theirs when a signer starts. */
  certificate: z.base64().optional(),
  /** The private JWK, encrypted (compact JWE) with a key that only the signer has. Not there any more once the key has had its time. */
  private_jwe: z.string().optional(),
  created_at_ms: z.number(),
  current_since_ms: z.number().optional(),
  current_until_ms: z.number().optional(),
  revoked_at_ms: z.number().optional(),
  /** No token that the key signed was to live longer. Keys of older versions do not say. */
  longest_token_seconds: z.int().optional(),
});
export type SigningKey = z.infer<typeof SigningKey>;

type Document = Omit<SigningKey, 'kid'> & { _id: string };

/** What becomes of a key, one after the other and never back. */
const STATES: readonly SigningKeyState[] = ['next', 'current', 'previous', 'revoked'];

/** How far a key has come, by what is in its document: a signer of an older release counts nothing, and raises it too. */
const PROGRESS = {
  $add: [1, { $indexOfArray: [STATES, '$state'] }, { $cond: [{ $eq: [{ $type: '$certificate' }, 'missing'] }, 0, 1] }],
};

/**
 * All keys that verify. The version rises with each that is added, gets its certificate or changes its state: it is the sum of how far all
 * have come, those of revoked keys included, so each write raises it by itself, whoever else writes, and what a read has not seen is not
 * in the version it gives.
 */
export type SigningKeySet = { version: number; keys: SigningKey[] };
export type SigningKeys = ReturnType<typeof signingKeysIn>;

/** Where a read meets a connection that is just closing the driver may wait for ever, and a signer for its keys with it. */
const READ_TIMEOUT_MS = 5_000;

/**
 * Collection `signing_keys`: at most one `current` and one `next` key for each algorithm, whoever else writes at the same time.
 * Each write is of one document, and only of one that is still in the state that the writer saw.
 */
export function signingKeysIn(db: Db) {
  const collection = db.collection<Document>('signing_keys');

  async function find(filter: Filter<Document>): Promise<SigningKey[]> {
    return (await inTime(collection.find(filter).toArray())).map(asKey);
  }

  /** By one statement: version and keys are of the same moment. */
  async function readSet(): Promise<SigningKeySet> {
    const verifies = { $cond: [{ $eq: ['$state', 'revoked'] }, '$$REMOVE', '$$ROOT'] };
    const $group = { _id: null, version: { $sum: PROGRESS }, keys: { $push: verifies } };
    const [set] = await inTime(collection.aggregate<{ version: number; keys: Document[] }>([{ $group }]).toArray());
    return { version: set?.version ?? 0, keys: set?.keys.map(asKey) ?? [] };
  }

  return {
    readSet,
    /** All that verify. */
    list: () => find({ state: { $ne: 'revoked' } }),
    /** The latest first. */
    listRevoked: async (): Promise<SigningKey[]> => {
      const keys = await find({ state: 'revoked' });
      return keys.sort((a, b) => (b.revoked_at_ms ?? 0) - (a.revoked_at_ms ?? 0));
    },
    /** Adds a key unless the algorithm has one of that state; false when it has. */
    add: (key: SigningKey): Promise<boolean> =>
      unlessDuplicate(async () => {
        const { kid, ...rest } = SigningKey.parse(key);
        await collection.insertOne({ _id: kid, ...rest });
        return true;
      }),
    /** `next` → `current`; false when it is not next, or the algorithm has a current key. */
    promote: (kid: string): Promise<boolean> =>
      unlessDuplicate(() => move(kid, 'next', { $set: { state: 'current', current_since_ms: Date.now() } })),
    /** `current` → `previous`, without its private part: it never signs again. False when it is not current. */
    retire: (kid: string): Promise<boolean> =>
      move(kid, 'current', {
        $set: { state: 'previous', current_until_ms: Date.now() },
        $unset: { private_jwe: '' },
      }),
    /** `previous` → `revoked`; false when it is not previous. */
    revoke: (kid: string): Promise<boolean> =>
      move(kid, 'previous', { $set: { state: 'revoked', revoked_at_ms: Date.now() }, $unset: { private_jwe: '' } }),
    /** Unless it has one. */
    addCertificate: async (kid: string, certificate: string): Promise<void> => {
      await collection.updateOne({ _id: kid, certificate: { $exists: false } }, { $set: { certificate } });
    },
    /** Says that the key signs tokens that live as long. */
    lengthenTokens: async (kid: string, seconds: number): Promise<void> => {
      await collection.updateOne({ _id: kid }, { $max: { longest_token_seconds: seconds } });
    },
    createIndexes: () =>
      collection.createIndex(
        { alg: 1, state: 1 },
        { unique: true, partialFilterExpression: { state: { $in: ['current', 'next'] } } },
        {},
      ),
  };

  async function move(
    kid: string,
    from: SigningKeyState,
    change: { $set: Partial<Document>; $unset?: { private_jwe: '' } },
  ): Promise<boolean> {
    return (await collection.updateOne({ _id: kid, state: from }, change)).matchedCount === 1;
  }
}

function asKey({ _id, ...rest }: Document): SigningKey {
  return parseDocument(SigningKey, { kid: _id, ...rest }, `signing key ${_id}`);
}

function inTime<T>(reading: Promise<T>): Promise<T> {
  const late = new HookmintError('store_unreachable', 'The signing keys could not be read in time.');
  return withTimeLimit(READ_TIMEOUT_MS, reading, late);
}

async function unlessDuplicate(write: () => Promise<boolean>): Promise<boolean> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
