import { createHash, randomBytes } from 'node:crypto';
import type { Db } from 'mongodb';
import { z } from 'zod';
import { ConsoleRole, Person } from '../domain/person.ts';
import { parseDocument } from './document.ts';

/** Who follows a link is signed in as this person, with this role. */
const ConsoleLink = z.object({ person: Person, role: ConsoleRole, expires_at: z.date(), is_used: z.boolean() });
export type ConsoleLink = z.infer<typeof ConsoleLink>;

type Stored = ConsoleLink & { _id: string };

/** Bits of a link's secret: nobody guesses one. */
const SECRET_BYTES = 32;

/** MongoDB removes a link so long after it has expired: until then it can be told from one that never was. */
const REMEMBERED_SECONDS = 3_600;

/** Collection `console_links`: links that sign in once. Of each only the hash of its secret is kept. */
export function consoleLinksIn(db: Db) {
  const collection = db.collection<Stored>('console_links');
  return {
    /** @returns The secret of the link, base64url. */
    async make(link: Omit<ConsoleLink, 'is_used'>): Promise<string> {
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      await collection.insertOne({ _id: hashOf(secret), ...link, is_used: false });
      return secret;
    },
    /** Takes a link for the one time that it can be taken. `used` or `unknown` when it cannot. */
    async take(secret: string): Promise<ConsoleLink | 'used' | 'unknown'> {
      const _id = hashOf(secret);
      const free = { _id, is_used: false, expires_at: { $gt: new Date() } };
      const taken = await collection.findOneAndUpdate(free, { $set: { is_used: true } });
      if (taken !== null) return parseDocument(ConsoleLink, taken, 'a link of the console');
      const known = await collection.findOne({ _id });
      return known?.is_used === true ? 'used' : 'unknown';
    },
    async createIndexes(): Promise<void> {
      await collection.createIndex({ expires_at: 1 }, { expireAfterSeconds: REMEMBERED_SECONDS }, {});
    },
  };
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
