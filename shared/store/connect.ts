import { MongoClient, MongoServerSelectionError, type Db } from 'mongodb';
import { z } from 'zod';
import { HookmintError, messageOf } from '../errors.ts';
import { withoutPassword } from '../without-password.ts';

/** Environment of every service that reads or writes the store. */
export const storeEnv = {
  /** mongodb:// or mongodb+srv:// URL, with the service's own user where the server has users. */
  MONGODB_URL: z.string(),
};

/** A server that is away is noticed so soon; who connects for the first time gives it longer. */
const SERVER_SELECTION_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;
/**
 * An operation is answered within this time, or its connection is given up: a server that stands still, or that is locked against writes,
 * says nothing. MongoDB ends what was asked on a connection that is closed.
 */
const OPERATION_TIMEOUT_MS = 5_000;
/** How long a write waits until a majority of the members has it. Then it fails, although it may be in effect. */
const MAJORITY_TIMEOUT_MS = 3_000;
/** A server whose packets are lost is noticed this and the time to connect later, and operations that wait for it fail. */
const HEARTBEAT_INTERVAL_MS = 2_000;

/** `of` is the database of another tenant, by the same connections. */
export type Store = { db: Db; of: (tenant: string) => Db; close: () => Promise<void> };

type Options = {
  /** Operations may take as long as they like: indexes of many documents do. Default: false. */
  isPatient?: boolean;
  /** Told the time of each member, milliseconds since the epoch, about every other second. */
  heardTime?: (member: string, timeMs: number) => void;
};

/** The database of one tenant. */
export function databaseName(tenant: string): string {
  return `hookmint_${tenant}`;
}

/**
 * Connects to the tenant's database.
 *
 * @throws {HookmintError} `store_unreachable`, naming the URL without its password and what went wrong.
 */
export async function connectStore(
  name: string,
  env: { MONGODB_URL: string },
  tenant: string,
  options: Options = {},
): Promise<Store> {
  const deadlineMs = performance.now() + CONNECT_TIMEOUT_MS;
  for (;;) {
    try {
      return await open(name, env.MONGODB_URL, tenant, options);
    } catch (error) {
      if (error instanceof MongoServerSelectionError && performance.now() < deadlineMs) continue;
      throw new HookmintError(
        'store_unreachable',
        `No MongoDB server could be used at MONGODB_URL=${withoutPassword(env.MONGODB_URL)}: ${messageOf(error).replace(/\.$/, '')}.`,
        { cause: error },
      );
    }
  }
}

async function open(
  name: string,
  url: string,
  tenant: string,
  { isPatient = false, heardTime }: Options,
): Promise<Store> {
  const client = new MongoClient(url, {
    appName: name,
    serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    heartbeatFrequencyMS: HEARTBEAT_INTERVAL_MS,
    retryWrites: false,
    // What was answered as written outlives a server that is killed: alone it would answer up to 100 ms before its journal has it.
    writeConcern: { w: 'majority', journal: true, ...(isPatient ? {} : { wtimeoutMS: MAJORITY_TIMEOUT_MS }) },
    // What no majority has may be gone again: nobody is to act on it.
    readConcernLevel: 'majority',
    ...(isPatient ? {} : { socketTimeoutMS: OPERATION_TIMEOUT_MS }),
    ignoreUndefined: true,
  });
  if (heardTime !== undefined) {
    client.on('serverHeartbeatSucceeded', ({ connectionId, reply }) => {
      if (reply.localTime instanceof Date) heardTime(connectionId, reply.localTime.getTime());
    });
  }
  try {
    const db = client.db(databaseName(tenant));
    await db.command({ ping: 1 });
    return { db, of: (other) => client.db(databaseName(other)), close: () => client.close() };
  } catch (error) {
    await client.close();
    throw error;
  }
}
