import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Store } from '../../../shared/store/connect.ts';
import { hooksIn } from '../../../shared/store/hooks.ts';
import { configChangedSubject, type ConfigChanged } from '../../../shared/subjects/config-changed.ts';
import { hookStorageSubject } from '../../../shared/subjects/hook-storage.ts';
import type { readConfig } from '../config.ts';
import { keysOf, prepareAccess, prepareStore } from '../prepare-tenant.ts';
import type { Hosting, ManagementClient } from './hosting.ts';

/** How long services have for it. */
const CLOSING_MS = 1_000;
const NO_FIRST_CLIENT = { clientId: undefined, clientSecret: undefined };

/** Makes and removes what a hosted tenant has in the store and on the bus. */
export function makeTenants(deps: {
  config: ReturnType<typeof readConfig>;
  store: Store;
  bus: NatsConnection;
}): Hosting {
  const { config, store, bus } = deps;
  return {
    prepare: async ({ handle, issuer }) => {
      const db = store.of(handle);
      const keys = keysOf(config, { tenant: handle, isOwn: false });
      await prepareStore(config, handle);
      const made: ManagementClient[] = [];
      await prepareAccess(db, { issuer, ...keys, firstClient: NO_FIRST_CLIENT }, (client_id, client_secret) =>
        made.push({ client_id, client_secret }),
      );
      const [client] = made;
      if (client === undefined) throw new Error(`the database ${db.databaseName} of a new tenant is not new`);
      return client;
    },
    remove: async ({ handle }) => {
      // By now it is in the list as one that goes: every service closes it, and writes nothing more of it.
      const changed: ConfigChanged = { collection: 'tenants', time_ms: Date.now() };
      bus.publish(configChangedSubject(config.HOOKMINT_TENANT), JSON.stringify(changed));
      await bus.flush();
      await delay(CLOSING_MS);
      const db = store.of(handle);
      const { collection } = hooksIn(db);
      // `context.webtask.storage`: an empty message is not a document.
      for await (const { _id } of collection.find({}, { projection: { _id: 1 } })) {
        bus.publish(hookStorageSubject(handle, _id));
      }
      await bus.flush();
      await db.dropDatabase();
    },
  };
}
