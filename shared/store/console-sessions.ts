import { createHash, randomBytes } from 'node:crypto';
import type { Db } from 'mongodb';
import { z } from 'zod';
import { ConsoleRole, Person } from '../domain/person.ts';
import { parseDocument } from './document.ts';
import { written } from './written.ts';

const ConsoleSession = z.object({
  /** Names it to people; no secret. */
  id: z.string(),
  person: Person,
  roles: z.array(ConsoleRole),
  /** Of the Management API, beside those of the roles. */
  scopes: z.array(z.string()),
  user_agent: z.string(),
  started_at: z.date(),
  seen_at: z.date(),
  /** However much it is used. */
  ends_at: z.date(),
});
export type ConsoleSession = z.infer<typeof ConsoleSession>;

type Stored = ConsoleSession & { _id: string };

const TOKEN_BYTES = 32;
const SESSION_LIFETIME_MS = 8 * 3_600_000;
/** Unused for so long, it is over. */
const IDLE_LIFETIME_MS = 3_600_000;
/** Its use is written down so often at most. */
const SEEN_INTERVAL_MS = 60_000;

/** Collection `console_sessions`: who is signed in to the console. Of each only the hash of its token is kept. */
export function consoleSessionsIn(db: Db) {
  const collection = db.collection<Stored>('console_sessions');
  const parsed = (document: unknown): ConsoleSession =>
    parseDocument(ConsoleSession, document, 'a session of the console');
  const alive = () => ({
    ends_at: { $gt: new Date() },
    seen_at: { $gt: new Date(Date.now() - IDLE_LIFETIME_MS) },
    // One of a version before has none, and its person signs in again.
    roles: { $exists: true },
  });

  return {
    /** @returns The session, and the token that stands for it, base64url. */
    async begin(
      of: Pick<ConsoleSession, 'person' | 'roles' | 'scopes' | 'user_agent'>,
    ): Promise<{ session: ConsoleSession; token: string }> {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const now = new Date();
      const session: ConsoleSession = {
        ...of,
        id: randomBytes(9).toString('base64url'),
        started_at: now,
        seen_at: now,
        ends_at: new Date(now.getTime() + SESSION_LIFETIME_MS),
      };
      await collection.insertOne({ _id: sessionKeyOf(token), ...session });
      return { session, token };
    },
    /** The session that a token stands for, when it is not over. */
    async find(token: string): Promise<ConsoleSession | undefined> {
      const found = await collection.findOne({ _id: sessionKeyOf(token), ...alive() });
      return found === null ? undefined : parsed(found);
    },
    /** The same, for somebody who uses it: it lives longer. */
    async use(token: string): Promise<ConsoleSession | undefined> {
      const _id = sessionKeyOf(token);
      const found = await collection.findOne({ _id, ...alive() });
      if (found === null) return undefined;
      if (Date.now() - found.seen_at.getTime() > SEEN_INTERVAL_MS) {
        await collection.updateOne({ _id }, { $set: { seen_at: new Date() } });
      }
      return parsed(found);
    },
    /** Ends the one whose token has that key; gives what it was. */
    async endByKey(key: string): Promise<ConsoleSession | undefined> {
      const ended = await collection.findOneAndDelete({ _id: key, ...alive() });
      return ended === null ? undefined : parsed(ended);
    },
    async list(): Promise<ConsoleSession[]> {
      return (await collection.find(alive()).sort({ started_at: -1 }).limit(MAX_LISTED).toArray()).map(parsed);
    },
    /** Ends a session by the id that people know it by; gives what it was. */
    async end(id: string): Promise<ConsoleSession | undefined> {
      const ended = await written('console_sessions', id, () => collection.findOneAndDelete({ id }));
      return ended === null ? undefined : parsed(ended);
    },
    async createIndexes(): Promise<void> {
      await collection.createIndex({ ends_at: 1 }, { expireAfterSeconds: 0 }, {});
      await collection.createIndex({ id: 1 }, { unique: true }, {});
    },
  };
}

const MAX_LISTED = 1_000;

/** What a session is kept under: who knows it is not signed in by it. */
export const sessionKeyOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
