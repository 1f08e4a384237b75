import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSecrets } from '../../deploy/local/local-secrets.ts';
import type { ServiceName } from '../../deploy/local/service-env.ts';
import { startAnother, type AnotherService } from '../support/another-service.ts';
import { openManagement, type Management } from '../support/management.ts';
import { startNatsCluster, type NatsCluster, type NodeName } from '../support/nats-cluster.ts';
import { startStack } from '../support/stack.ts';
import { createClock, type Clock } from './clock-file.ts';
import type { World } from './fault.ts';
import { HOOK } from './load.ts';
import { startReplicaSet, type ReplicaSet } from './replica-set.ts';
import { WALL_MS } from './run-fault.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { watchOf } from './watch-cluster.ts';

/** The way from one NATS server to another. */
type Route = { from: NodeName; to: NodeName; proxy: TcpProxy };

/** Three NATS servers, three of MongoDB, each reached by the others through a proxy; two gateways, executors and signers, and management. */
export type Cluster = World & {
  nats: NatsCluster;
  routes: readonly Route[];
  members: ReplicaSet;
  /** The way to each member of the replica set, for all others and for the services. */
  toMembers: readonly TcpProxy[];
  management: Management;
  /** The second of each, and its clock; no launcher starts it again. */
  second: Record<'gateway' | 'hook-executor' | 'signer', AnotherService & { clock: Clock }>;
};

export async function openCluster(): Promise<Cluster> {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'hookmint-whole-cluster-'));
  cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }));

  const proxyTo = async (port: number): Promise<TcpProxy> => {
    const proxy = await startTcpProxy(port);
    cleanup.defer(() => proxy.close());
    return proxy;
  };
  const routes: Route[] = [];
  const { secrets } = await loadSecrets(dataDir);
  const nats = await startNatsCluster(join(dataDir, 'cluster'), secrets.nats_nkey_seeds, async (port, from, to) => {
    const proxy = await proxyTo(port);
    routes.push({ from, to, proxy });
    return proxy.port;
  });
  cleanup.defer(() => nats.stop());
  const toMembers: TcpProxy[] = [];
  const members = await startReplicaSet(join(dataDir, 'members'), undefined, async (port, member) => {
    const proxy = await proxyTo(port);
    toMembers[member] = proxy;
    return proxy.port;
  });
  cleanup.defer(() => members.stop());

  const ofBus = { ...nats.env, HOOKMINT_NATS_USERS: 'yes', HOOKMINT_STREAM_REPLICAS: '3' };
  const stack = await startStack({ hook: HOOK, dataDir, env: { ...ofBus, MONGODB_URL: members.url } });
  cleanup.defer(() => stack.stop());
  await stack.setHook(HOOK, { wall_ms: WALL_MS });

  const another = async (name: ServiceName): Promise<AnotherService & { clock: Clock }> => {
    const clock = createClock();
    cleanup.defer(() => clock.close());
    const { NODE_OPTIONS, HOOKMINT_SANDBOX_WALL } = clock.env;
    const wall = name === 'hook-executor' ? { HOOKMINT_SANDBOX_WALL } : {};
    const { NATS_CA_FILE } = nats.env;
    const service = await startAnother(stack, name, { env: { NATS_CA_FILE, NODE_OPTIONS, ...wall } });
    cleanup.defer(() => service.kill());
    return { ...service, clock };
  };
  const second = {
    'hook-executor': await another('hook-executor'),
    signer: await another('signer'),
    gateway: await another('gateway'),
  };
  const management = await openManagement(stack);
  const gateways = [stack.url, second.gateway.url] as const;
  const watch = await watchOf({ stack, gateways, management });
  const running = cleanup.move();
  return {
    stack,
    gateways,
    nats,
    routes,
    members,
    toMembers,
    management,
    second,
    watch,
    stop: () => running.disposeAsync(),
  };
}
