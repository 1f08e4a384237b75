import './quiet.ts';
import { randomBytes } from 'node:crypto';
import type { Db } from 'mongodb';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import type { RunningServer } from '../../deploy/local/servers/child-server.ts';
import { startStoreServer, type StoreUrls } from '../../deploy/local/store-server.ts';
import { connectStore, type Store } from '../../shared/store/connect.ts';
import { temporaryDir } from './servers-fixtures.ts';

export const TENANT = 'demo';

/** A store as `npm start` has it, with its users. */
export type StoreServer = {
  urls: StoreUrls;
  server: RunningServer;
  /** An own, empty tenant's database, as its owner. */
  emptyDatabase: () => Promise<Db>;
  connect: (url: string, tenant?: string) => Promise<Db>;
  stop: () => Promise<void>;
};

export async function startStore(): Promise<StoreServer> {
  const password = (): string => randomBytes(32).toString('base64url');
  const { path: binary } = await obtainMongod({ report: () => undefined });
  const { server, urls } = await startStoreServer({ binary, dataDir: temporaryDir() }, TENANT, {
    owner: password(),
    gateway: password(),
    signer: password(),
    management: password(),
  });
  const stores: Store[] = [];
  let tenants = 0;
  const connect: StoreServer['connect'] = async (url, tenant = TENANT) => {
    const store = await connectStore('test', { MONGODB_URL: url }, tenant);
    stores.push(store);
    return store.db;
  };
  return {
    urls,
    server,
    connect,
    emptyDatabase: () => connect(urls.owner, `t${String(++tenants)}`),
    stop: async () => {
      await Promise.all(stores.map((store) => store.close())).finally(() => server.stop());
    },
  };
}
