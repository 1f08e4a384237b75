import { MongoClient, type Db } from 'mongodb';
import { z } from 'zod';
import { HookmintError, messageOf } from '../errors.ts';
import { withoutPassword } from '../bus/connect.ts';

/** Environment of every service that reads or writes the store. */
export const storeEnv = {
  /** mongodb:// or mongodb+srv:// URL, with the service's own user where the server has users. */
  MONGODB_URL: z.string(),
};

const SERVER_SELECTION_TIMEOUT_MS = 2_000;
const FIRST_CONNECT_TIMEOUT_MS = 5_000;

export type Store = { db: Db; close: () => Promise<void> };

/** The database of one tenant. */
export function databaseName(tenant: string): string {
  return `hookmint_${tenant}`;
}

/**
 * Connects to the tenant's database.
 *
 * @throws {HookmintError} `store_unreachable`, naming the URL without its password and what went wrong.
 */
export async function connectStore(name: string, env: { MONGODB_URL: string }, tenant: string): Promise<Store> {
  try {
    const client = new MongoClient(env.MONGODB_URL, {
      appName: name,
      serverSelectionTimeoutMS: FIRST_CONNECT_TIMEOUT_MS,
      connectTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
      retryWrites: false,
      ignoreUndefined: true,
    });
    const db = client.db(databaseName(tenant));
    await client.db(databaseName(tenant)).command({ ping: 1 });
    return { db, close: () => client.close() };
  } catch (error) {
    throw new HookmintError(
      'store_unreachable',
      `No MongoDB server could be used at MONGODB_URL=${withoutPassword(env.MONGODB_URL)}: ${messageOf(error)}.`,
      { cause: error },
    );
  }
}
