import './quiet.ts';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/**
 * @param options.parameters Of mongod, which are set from its start on.
 * @param options.isHosting Whether the users have rights in the databases of hosted tenants.
 */
export async function startStore({
  parameters = {},
  isHosting = false,
}: { parameters?: Record<string, number>; isHosting?: boolean } = {}): Promise<StoreServer> {
  const password = (): string => randomBytes(32).toString('base64url');
  const { path } = await obtainMongod({ report: () => undefined });
  const binary = Object.keys(parameters).length === 0 ? path : withParameters(path, parameters);
  const passwords = { owner: password(), gateway: password(), signer: password(), management: password() };
  const { server, urls } = await startStoreServer({ binary, dataDir: temporaryDir() }, TENANT, passwords, {
    isHosting,
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

/** A program that starts mongod as it is asked to, with parameters of its own. */
function withParameters(mongod: string, parameters: Record<string, number>): string {
  const options = Object.entries(parameters).map(([name, value]) => ` --setParameter ${name}=${String(value)}`);
  const program = join(temporaryDir(), 'mongod');
  writeFileSync(program, `#!/bin/sh\nexec '${mongod}' "$@"${options.join('')}\n`, { mode: 0o755 });
  return program;
}
