import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as BusServer from '../../deploy/local/bus-server.ts';
import type * as Secrets from '../../deploy/local/local-secrets.ts';
import type * as Seed from '../../deploy/local/seed.ts';
import type * as ServiceEnv from '../../deploy/local/service-env.ts';
import type * as ServiceProcess from '../../deploy/local/service-process.ts';
import type * as StoreServer from '../../deploy/local/store-server.ts';
import type * as BusConnect from '../../shared/bus/connect.ts';
import type * as Streams from '../../shared/bus/streams/ensure-streams.ts';
import type * as StoreConnect from '../../shared/store/connect.ts';
import type * as Prepare from '../../shared/store/prepare.ts';

/** A checkout of hookmint with its packages: each release starts its own services, with the environment that it gives them. */
export type Release = Awaited<ReturnType<typeof releaseIn>>;

export async function releaseIn(folder: string) {
  const load = <Module>(file: string): Promise<Module> =>
    import(pathToFileURL(join(folder, file)).href) as Promise<Module>;
  const [{ startBusServer }, { startStoreServer }, { serviceEnv, setupEnv }, { startService }, { loadSecrets }] =
    await Promise.all([
      load<typeof BusServer>('deploy/local/bus-server.ts'),
      load<typeof StoreServer>('deploy/local/store-server.ts'),
      load<typeof ServiceEnv>('deploy/local/service-env.ts'),
      load<typeof ServiceProcess>('deploy/local/service-process.ts'),
      load<typeof Secrets>('deploy/local/local-secrets.ts'),
    ]);
  const [{ connectBus }, { ensureStreams }, { connectStore }, { prepareConfiguration }, { seedDemo }] =
    await Promise.all([
      load<typeof BusConnect>('shared/bus/connect.ts'),
      load<typeof Streams>('shared/bus/streams/ensure-streams.ts'),
      load<typeof StoreConnect>('shared/store/connect.ts'),
      load<typeof Prepare>('shared/store/prepare.ts'),
      load<typeof Seed>('deploy/local/seed.ts'),
    ]);

  return {
    loadSecrets,
    startBusServer,
    startStoreServer,
    startService,
    serviceEnv,
    /** As the one-shot `setup` does. */
    setUpBus: async (of: ServiceEnv.Installation): Promise<void> => {
      const bus = await connectBus('setup', setupEnv(of));
      await ensureStreams(bus, setupEnv(of)).finally(() => bus.close());
    },
    /** The demo's client, API and grant in a new database. */
    seed: async ({ tenant, store, secrets }: ServiceEnv.Installation): Promise<void> => {
      const { db, close } = await connectStore('setup', { MONGODB_URL: store.owner }, tenant);
      try {
        await prepareConfiguration(db);
        const demo = { clientId: secrets.demo_client_id, clientSecret: secrets.demo_client_secret };
        const clientSecretKey = Buffer.from(secrets.client_secret_key, 'base64url');
        await seedDemo(db, demo, { clientSecretKey, signingAlg: 'RS256' });
      } finally {
        await close();
      }
    },
  };
}
