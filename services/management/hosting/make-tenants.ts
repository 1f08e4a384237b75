import type { NatsConnection } from '@nats-io/transport-node';
import { HookmintError } from '../../../shared/errors.ts';
import type { Store } from '../../../shared/store/connect.ts';
import { hooksIn } from '../../../shared/store/hooks.ts';
import { keepKeyChecks } from '../../../shared/store/key-check.ts';
import { hookStorageSubject } from '../../../shared/subjects/hook-storage.ts';
import { conflict } from '../api/api-error.ts';
import type { readConfig } from '../config.ts';
import { keysOf, prepareAccess, prepareStore } from '../prepare-tenant.ts';
import type { Hosting, ManagementClient } from './hosting.ts';

const NO_FIRST_CLIENT = { clientId: undefined, clientSecret: undefined };

/** Makes and removes what a hosted tenant has in the store and on the bus. */
export function makeTenants(deps: {
  config: ReturnType<typeof readConfig>;
  store: Store;
  bus: NatsConnection;
}): Hosting {
  const { config, store, bus } = deps;
  return {
    prepare: async ({ name, issuer }) => {
      const { clientSecretKey, hookSecretsKey } = keysOf(config, { tenant: name, isOwn: false });
      const db = store.of(name);
      await prepareStore(config, name);
      try {
        await keepKeyChecks(db, {
          HOOKMINT_CLIENT_SECRET_KEY: clientSecretKey,
          HOOKMINT_HOOK_SECRETS_KEY: hookSecretsKey,
        });
      } catch (error) {
        if (error instanceof HookmintError && error.code === 'config_invalid') throw ofAnother(db.databaseName);
        throw error;
      }
      let client: ManagementClient | undefined;
      await prepareAccess(db, { issuer, clientSecretKey, firstClient: NO_FIRST_CLIENT }, (client_id, client_secret) => {
        client = { client_id, client_secret };
      });
      if (client === undefined) throw ofAnother(db.databaseName);
      return client;
    },
    remove: async (name) => {
      const db = store.of(name);
      const { collection } = hooksIn(db);
      // `context.webtask.storage`: an empty message is not a document.
      for await (const { _id } of collection.find({}, { projection: { _id: 1 } })) {
        bus.publish(hookStorageSubject(name, _id));
      }
      await bus.flush();
      await db.dropDatabase();
    },
  };
}

const ofAnother = (database: string) =>
  conflict('tenant_conflict', `The database ${database} has a tenant's data already. Choose another name, or drop it.`);
