import { createHmac } from 'node:crypto';
import type { Db } from 'mongodb';
import { HookmintError } from '../errors.ts';

/** A key that documents were made under, by the variable that a service is given it in. */
export type KeysInUse = Partial<Record<'HOOKMINT_CLIENT_SECRET_KEY' | 'HOOKMINT_HOOK_SECRETS_KEY', Buffer>>;

type KeyChecks = { _id: 'key_checks' } & Record<string, string>;

/** Tells whether a key is the same one, and nothing of the key. */
const checkOf = (key: Buffer): string => createHmac('sha256', key).update('hookmint key check').digest('base64url');

/**
 * Compares the keys of a service with those that the database was made with, and fails where they are not: a restore with other keys
 * would run, and refuse every client without a word of why.
 *
 * @throws {HookmintError} `config_invalid`, naming the variable.
 */
export async function checkKeys(db: Db, keys: KeysInUse): Promise<void> {
  const known = await db.collection<KeyChecks>('tenant').findOne({ _id: 'key_checks' });
  for (const [variable, key] of Object.entries(keys)) {
    if (known?.[variable] === undefined || known[variable] === checkOf(key)) continue;
    throw new HookmintError(
      'config_invalid',
      `${variable} is not the key that the database ${db.databaseName} was created with. Start with that key; docs/backup.md lists the data that is lost without it.`,
    );
  }
}

/** Keeps the checks of keys that are used for the first time, and compares the others as {@link checkKeys} does. */
export async function keepKeyChecks(db: Db, keys: KeysInUse): Promise<void> {
  await checkKeys(db, keys);
  const checks = db.collection<KeyChecks>('tenant');
  await checks.updateOne({ _id: 'key_checks' }, { $setOnInsert: {} }, { upsert: true });
  for (const [variable, key] of Object.entries(keys)) {
    await checks.updateOne(
      { _id: 'key_checks', [variable]: { $exists: false } },
      { $set: { [variable]: checkOf(key) } },
    );
  }
}
