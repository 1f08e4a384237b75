import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import { obtainNats } from '../../deploy/local/servers/nats-binary.ts';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import type { Installation, ServiceName } from '../../deploy/local/service-env.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { connectStore } from '../../shared/store/connect.ts';
import { startBalancer } from '../support/balancer.ts';
import { TENANT, type Stack } from '../support/stack.ts';
import { DEMO_AUDIENCE } from '../../deploy/local/demo-audience.ts';
import { delay } from './load.ts';
import type { Release } from './release.ts';

const HOST = '127.0.0.1';
/** As in production; where nobody balances load the default is not to wait. */
const DRAIN = { HOOKMINT_HTTP_DRAIN_MS: '1000', HOOKMINT_MANAGEMENT_RATE_LIMIT_PER_SECOND: '100000' };
const BETWEEN_MS = 500;

/** What the clients of an installation and its tests know of it. */
export type Known = Pick<
  Stack,
  'url' | 'audience' | 'clientId' | 'clientSecret' | 'managementClientId' | 'managementClientSecret' | 'db' | 'bus'
>;

export type TwoReleases = {
  known: Known;
  /** One more service of a release; resolves when it is ready. */
  start: (release: Release, name: ServiceName) => Promise<void>;
  /** Ends the oldest one of the name, as an orchestrator does: told by SIGTERM. */
  stop: (name: ServiceName) => Promise<void>;
  /** Each of the name by one of another release, one after the other, the new one first. */
  replace: (release: Release, name: ServiceName) => Promise<void>;
  /** The servers once more, as another release has them: users, rights and bounds. */
  restartBus: (release: Release) => Promise<void>;
  restartStore: (release: Release) => Promise<void>;
  /** What the one-shot `setup` does. */
  setUpBus: (release: Release) => Promise<void>;
  /** Lines that services have printed at the level of an error. */
  errors: () => string[];
  close: () => Promise<void>;
};

/** Starts servers and a tenant as `before` does it, and no service yet. Services are reached as those of Kubernetes are, by way of a balancer. */
export async function startServersOf(before: Release): Promise<TwoReleases> {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'hookmint-upgrade-'));
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }));
  const { secrets } = await before.loadSecrets(dataDir);
  const quiet = { report: (): void => undefined };
  const [natsBinary, mongodBinary] = await Promise.all([obtainNats(quiet), obtainMongod(quiet)]);
  const ports = { nats: await freePort(HOST), mongod: await freePort(HOST) };
  const startBus = (of: Release) =>
    of.startBusServer(
      { binary: natsBinary.path, dataDir: join(dataDir, 'nats'), port: ports.nats },
      secrets.nats_nkey_seeds,
    );
  const startStore = (of: Release) =>
    of.startStoreServer(
      { binary: mongodBinary.path, dataDir: join(dataDir, 'mongodb'), port: ports.mongod },
      TENANT,
      secrets.mongodb_passwords,
    );
  let [nats, mongod] = await Promise.all([startBus(before), startStore(before)]);
  cleanup.defer(() => Promise.all([nats.stop(), mongod.server.stop()]).then(() => undefined));

  const balancers = { gateway: await startBalancer(), management: await startBalancer() };
  for (const { close } of Object.values(balancers)) cleanup.defer(close);
  const installation: Installation = {
    tenant: TENANT,
    secrets,
    natsUrl: nats.url,
    busHasUsers: true,
    store: mongod.urls,
    issuer: `${balancers.gateway.url}/`,
    managementUrl: balancers.management.url,
    tls: undefined,
  };
  await before.setUpBus(installation);
  await before.seed(installation);

  const store = await connectStore('test', { MONGODB_URL: mongod.urls.owner }, TENANT, { isPatient: true });
  cleanup.defer(store.close);
  const bus = await connectBus('setup', { NATS_URL: nats.url, NATS_NKEY_SEED: secrets.nats_nkey_seeds.setup });
  cleanup.defer(() => bus.close());

  const running = new Map<ServiceName, (() => Promise<void>)[]>();
  const errors: string[] = [];
  cleanup.defer(async () => {
    await Promise.all([...running.values()].flat().map((stop) => stop()));
  });

  const start: TwoReleases['start'] = async (release, name) => {
    const port = await freePort(HOST);
    const service = await release.startService({
      name,
      env: { ...release.serviceEnv(name, installation, { host: HOST, port }), ...DRAIN },
      secretsDir: join(dataDir, 'service-secrets'),
      output: (line) => {
        if (/"level":[56]0/.test(line)) errors.push(`${name}: ${line}`);
      },
      onExit: ({ reason }) => errors.push(`${name} ended by itself: ${reason}`),
    });
    running.set(name, [...(running.get(name) ?? []), service.stop]);
    if (name !== 'gateway' && name !== 'management') return;
    const url = `http://${HOST}:${String(port)}`;
    balancers[name].add(url);
    await balancers[name].untilReady(url);
  };
  const stop: TwoReleases['stop'] = async (name) => {
    const [oldest, ...rest] = running.get(name) ?? [];
    running.set(name, rest);
    await oldest?.();
  };

  const open = cleanup.move();
  return {
    known: {
      url: balancers.gateway.url,
      audience: DEMO_AUDIENCE,
      clientId: secrets.demo_client_id,
      clientSecret: secrets.demo_client_secret,
      managementClientId: secrets.management_client_id,
      managementClientSecret: secrets.management_client_secret,
      db: () => Promise.resolve(store.db),
      bus: () => Promise.resolve(bus),
    },
    start,
    stop,
    replace: async (release, name) => {
      for (let left = running.get(name)?.length ?? 0; left > 0; left--) {
        await start(release, name);
        await stop(name);
        await delay(BETWEEN_MS);
      }
    },
    restartBus: async (release) => {
      await nats.stop();
      nats = await startBus(release);
    },
    restartStore: async (release) => {
      await mongod.server.stop();
      mongod = await startStore(release);
    },
    setUpBus: (release) => release.setUpBus(installation),
    errors: () => errors,
    close: () => open.disposeAsync(),
  };
}
