import { MongoClient, MongoServerError, type Db, type Document } from 'mongodb';
import { ServerStartError } from './errors.ts';

export interface MongoPrivilege {
  /** One collection of the user's database; `''` stands for all of them. */
  collection: string;
  /** MongoDB's privilege actions, such as `find`, `insert`, `createIndex`. */
  actions: readonly string[];
}

export interface MongoUser {
  user: string;
  password: string;
  /** Holds the user, its role and everything it may touch. */
  database: string;
  privileges: readonly MongoPrivilege[];
  /** The same in every database of the server, by the name of the collection. */
  everyDatabase?: readonly MongoPrivilege[];
}

export interface EnsureMongoUsersOptions {
  url: string;
  owner: { user: string; password: string };
  users: readonly MongoUser[];
}

const ROLE_EXISTS = 51002;
const USER_EXISTS = 51003;
const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;
const TIMEOUT_MS = 5_000;

/**
 * Brings the users of a mongod to what is asked: the owner (role `root`) through the localhost exception while there is
 * no user yet, then one role and one user per entry, both named after the user, in its database. Runs again with no
 * harm: privileges and passwords are then those of this call. Users that are no longer listed stay.
 */
export async function ensureMongoUsers({ url, owner, users }: EnsureMongoUsersOptions): Promise<void> {
  const asOwner = await ownerClient(url, owner);
  try {
    await Promise.all(users.map((user) => ensureUser(asOwner.db(user.database), user)));
  } finally {
    await asOwner.close();
  }
}

async function ownerClient(url: string, owner: EnsureMongoUsersOptions['owner']): Promise<MongoClient> {
  const auth = { username: owner.user, password: owner.password };
  const connect = (): Promise<MongoClient> =>
    MongoClient.connect(url, { ...connection, auth, authSource: 'admin', authMechanism: 'SCRAM-SHA-256' });
  try {
    return await connect();
  } catch (error) {
    if (!hasCode(error, AUTHENTICATION_FAILED)) throw error;
  }
  await createOwner(url, owner);
  return connect();
}

async function createOwner(url: string, owner: EnsureMongoUsersOptions['owner']): Promise<void> {
  const anonymous = await MongoClient.connect(url, connection);
  try {
    await anonymous.db('admin').command({ createUser: owner.user, pwd: owner.password, roles: ['root'] });
  } catch (cause) {
    if (!hasCode(cause, UNAUTHORIZED)) throw cause;
    throw new ServerStartError(
      'OWNER_REFUSED',
      `MongoDB at ${new URL(url).host} has users already and refuses the owner "${owner.user}": its data folder was set up with another password.`,
      { cause },
    );
  } finally {
    await anonymous.close();
  }
}

async function ensureUser(db: Db, { user, password, privileges, everyDatabase = [] }: MongoUser): Promise<void> {
  await ensureRole(db, user, db.databaseName, privileges);
  const everywhere = { role: `${db.databaseName}_${user}`, db: 'admin' };
  // A role that reaches beyond its own database has to be one of this one.
  if (everyDatabase.length > 0) await ensureRole(db.client.db('admin'), everywhere.role, '', everyDatabase);
  const roles = [{ role: user, db: db.databaseName }, ...(everyDatabase.length > 0 ? [everywhere] : [])];
  const account = { pwd: password, roles };
  await createOrUpdate(db, USER_EXISTS, { createUser: user, ...account }, { updateUser: user, ...account });
}

/** @param of The database; `''` stands for all of them. */
async function ensureRole(db: Db, name: string, of: string, privileges: readonly MongoPrivilege[]): Promise<void> {
  const role = {
    privileges: privileges.map(({ collection, actions }) => ({ resource: { db: of, collection }, actions })),
    roles: [],
  };
  await createOrUpdate(db, ROLE_EXISTS, { createRole: name, ...role }, { updateRole: name, ...role });
}

async function createOrUpdate(db: Db, existsCode: number, create: Document, update: Document): Promise<void> {
  try {
    await db.command(create);
  } catch (error) {
    if (!hasCode(error, existsCode)) throw error;
    await db.command(update);
  }
}

const connection = { directConnection: true, serverSelectionTimeoutMS: TIMEOUT_MS } as const;

function hasCode(error: unknown, code: number): boolean {
  return error instanceof MongoServerError && error.code === code;
}
