import type { Db } from 'mongodb';
import { clientGrantsIn } from './client-grants.ts';
import { hooksIn } from './hooks.ts';
import { resourceServersIn } from './resource-servers.ts';
import { signingKeysIn } from './signing-keys.ts';

/** Creates the indexes that uniqueness and every query rest on; those that are there already are left alone. */
export async function ensureIndexes(db: Db): Promise<void> {
  await Promise.all([
    resourceServersIn(db).createIndexes(),
    clientGrantsIn(db).createIndexes(),
    hooksIn(db).createIndexes(),
    signingKeysIn(db).createIndexes(),
  ]);
}
