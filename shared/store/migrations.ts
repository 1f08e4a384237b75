import { MongoServerError, type Db, type Document } from 'mongodb';
import type { z } from 'zod';
import { ResourceParameterProfile } from '../domain/tenant.ts';
import { DefaultTokenQuota, TokenQuota } from '../domain/token-quota.ts';
import { HookmintError } from '../errors.ts';
import { logger } from '../log.ts';
import { VERSION } from '../version.ts';

/** A change of documents' shapes. It may be run again, and by two services at once: each does no harm to what is changed already. */
type Migration = { version: number; what: string; up: (db: Db) => Promise<unknown> };

type Schema = { _id: 'schema'; version: number };

const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    what: 'secrets of clients may expire',
    up: async (db) => {
      const hashes = { $ifNull: ['$client_secret_hashes', []] };
      const asSecret = { hash: '$$hash', expires_at_ms: null };
      await db
        .collection('clients')
        .updateMany({ client_secrets: { $exists: false } }, [
          { $set: { client_secrets: { $map: { input: hashes, as: 'hash', in: asSecret } } } },
          { $unset: 'client_secret_hashes' },
        ]);
    },
  },
  {
    version: 2,
    what: 'a binding names the hook, and the hook its revision',
    up: async (db) => {
      const hooks = db.collection('hooks');
      for await (const binding of db.collection('hook_bindings').find({ revision: { $exists: true } })) {
        const [_id, current_revision] = [binding.hook_id as Document, binding.revision as string];
        // The binding's revision was the one in force, whatever the hook's document said; one migrated by another service may
        // have been deployed anew by now.
        await hooks.updateOne({ _id, kind: { $exists: false } }, { $set: { current_revision } });
        const whenNew = { name: binding.hook_name as string, trigger_id: binding._id as unknown, current_revision };
        await hooks.updateOne({ _id }, { $setOnInsert: whenNew }, { upsert: true });
        await db
          .collection('hook_bindings')
          .updateOne({ _id: binding._id }, { $unset: { revision: '', hook_name: '' } });
      }
      await hooks.updateMany({ kind: { $exists: false } }, { $set: { kind: 'hook' } });
      await dropIndexIfThere(db, 'hooks', 'name_1');
    },
  },
  {
    version: 3,
    what: 'quotas of tokens have a meaning',
    up: async (db) => {
      await liftFromProfile(db, 'clients', 'token_quota', TokenQuota);
      await liftFromProfile(db, 'tenant', 'default_token_quota', DefaultTokenQuota);
    },
  },
  {
    version: 4,
    what: 'the parameter resource has a meaning',
    up: (db) =>
      liftFromProfile(db, 'tenant', 'resource_parameter_profile', ResourceParameterProfile.catch('compatibility')),
  },
];

/** Brings the documents of a tenant to the shapes of this version of hookmint (design: management is the only writer). */
export async function migrate(db: Db): Promise<void> {
  const schemas = db.collection<Schema>('tenant');
  const from = (await schemas.findOne({ _id: 'schema' }))?.version ?? 0;
  const known = MIGRATIONS.at(-1)?.version ?? 0;
  if (from > known) {
    throw new HookmintError(
      'store_newer',
      `The database was written by a newer version of hookmint: its documents have the format ${String(from)}, hookmint ${VERSION} knows ${String(known)}. Start that version, or restore a backup of before.`,
    );
  }
  for (const { version, what, up } of MIGRATIONS) {
    if (version <= from) continue;
    await up(db);
    await schemas.updateOne({ _id: 'schema' }, { $max: { version } }, { upsert: true });
    logger.info({ version, what }, 'documents migrated');
  }
}

/** Makes a member of its own of what was kept without a meaning; what makes no sense as one goes. */
async function liftFromProfile(db: Db, collection: string, member: string, schema: z.ZodType): Promise<void> {
  const documents = db.collection(collection);
  for await (const { _id, profile } of documents.find({ [`profile.${member}`]: { $exists: true } })) {
    const { data: value = null } = schema.safeParse((profile as Document)[member]);
    await documents.updateOne(
      { _id, [`profile.${member}`]: { $exists: true } },
      { $set: { [member]: value }, $unset: { [`profile.${member}`]: '' } },
    );
  }
}

const NOT_THERE = ['IndexNotFound', 'NamespaceNotFound'];

async function dropIndexIfThere(db: Db, collection: string, index: string): Promise<void> {
  try {
    await db.collection(collection).dropIndex(index);
  } catch (error) {
    if (!(error instanceof MongoServerError && NOT_THERE.includes(String(error.codeName)))) throw error;
  }
}
