import type { Db } from 'mongodb';
import { clientGrantsIn } from './client-grants.ts';
import { clientsIn } from './clients.ts';
import { hooksIn } from './hooks.ts';
import { migrate } from './migrations.ts';
import { resourceServersIn } from './resource-servers.ts';

/** Makes a tenant's database ready: its documents of the present shapes, and the indexes that uniqueness and every query rest on. */
export async function prepareConfiguration(db: Db): Promise<void> {
  await migrate(db);
  await Promise.all([
    resourceServersIn(db).createIndexes(),
    clientsIn(db).createIndexes(),
    clientGrantsIn(db).createIndexes(),
    hooksIn(db).createIndexes(),
  ]);
}
