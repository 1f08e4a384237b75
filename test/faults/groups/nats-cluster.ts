import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSecrets } from '../../../deploy/local/local-secrets.ts';
import { EVENTS_STREAM } from '../../../shared/subjects/events.ts';
import { startNatsCluster, type NatsCluster, type NodeName } from '../../support/nats-cluster.ts';
import { startStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';
import type { Fault, FaultGroup, World } from '../fault.ts';
import { HOOK } from '../load.ts';
import { WALL_MS } from '../run-fault.ts';

export type ClusterWorld = World & { cluster: NatsCluster };

const AWAY_MS = { short: 1_500, long: 10_000 };
const MAX_MOVES = 3;
const NOTHING = 'Nothing: services go to another node, and ask again what was on its way.';

/** Their clients find their way to the other nodes by chance: the executor is moved until the two are apart. */
async function setApart(
  { stack, cluster }: Pick<ClusterWorld, 'stack' | 'cluster'>,
  service: 'hook-executor',
  other: 'gateway',
): Promise<void> {
  for (let i = 0; i < MAX_MOVES && (await cluster.nodeOf(service)) === (await cluster.nodeOf(other)); i++) {
    const [pid] = stack.pidsOf(service);
    if (pid !== undefined) process.kill(pid, 'SIGTERM');
    await until(`another ${service}`, () => {
      const pids = stack.pidsOf(service);
      return pids.length > 0 && !pids.includes(pid ?? 0);
    });
    await until(`${service} is connected`, () => isConnected(cluster, service));
  }
}

const isConnected = (cluster: NatsCluster, service: string): Promise<boolean> =>
  cluster.nodeOf(service).then(
    () => true,
    () => false,
  );

/** kill -9 of a node; it is started again with its store. */
function killed(nodeOf: (cluster: NatsCluster) => Promise<NodeName>): Omit<Fault<ClusterWorld>, 'name' | 'how'> {
  return {
    allowed: NOTHING,
    mayRefuse: false,
    lastsMs: AWAY_MS,
    begin: async ({ cluster }) => {
      // Two of three have to stay.
      await cluster.untilWhole();
      const node = await nodeOf(cluster);
      await cluster.kill(node);
      return () => cluster.start(node);
    },
  };
}

/** Three NATS nodes with TLS, three replicas of each stream, and one of each service. */
export const natsCluster: FaultGroup<ClusterWorld> = {
  title: 'A cluster of three NATS servers',
  open: async () => {
    await using cleanup = new AsyncDisposableStack();
    const dataDir = mkdtempSync(join(tmpdir(), 'hookmint-cluster-'));
    cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }));
    const { secrets } = await loadSecrets(dataDir);
    const cluster = await startNatsCluster(join(dataDir, 'cluster'), secrets.nats_nkey_seeds);
    cleanup.defer(() => cluster.stop());
    const env = { ...cluster.env, HOOKMINT_NATS_USERS: 'yes', HOOKMINT_STREAM_REPLICAS: '3' };
    const stack = await startStack({ hook: HOOK, dataDir, env });
    cleanup.defer(() => stack.stop());
    await stack.setHook(HOOK, { wall_ms: WALL_MS });
    await setApart({ stack, cluster }, 'hook-executor', 'gateway');
    const running = cleanup.move();
    return { stack, cluster, gateways: [stack.url], stop: () => running.disposeAsync() };
  },
  faults: [
    {
      name: "kill -9 of the executor's NATS node",
      how: 'SIGKILL to the node of three that the only hook-executor is connected to; it is started again.',
      ...killed((cluster) => cluster.nodeOf('hook-executor')),
    },
    {
      name: "kill -9 of the gateway's NATS node",
      how: 'The same with the node of the only gateway.',
      ...killed((cluster) => cluster.nodeOf('gateway')),
    },
    {
      name: "kill -9 of the signer's NATS node",
      how: 'The same with the node of the only signer.',
      ...killed((cluster) => cluster.nodeOf('signer')),
    },
    {
      name: "kill -9 of the events' leader",
      how: 'The same with the node that leads the stream of events; the other two elect another leader.',
      ...killed((cluster) => cluster.leaderOf(EVENTS_STREAM)),
    },
    {
      name: "SIGSTOP of the gateway's NATS node",
      how: 'The node stands still, as a machine that is lost does: it closes no connection. Then it goes on.',
      allowed: 'Refusals (503) of what cannot wait until a node that answers no ping is left, about 3 s.',
      mayRefuse: true,
      lastsMs: { short: 4_000, long: 10_000 },
      begin: async ({ cluster }) => {
        await cluster.untilWhole();
        const pid = cluster.pidOf(await cluster.nodeOf('gateway'));
        process.kill(pid, 'SIGSTOP');
        return () => process.kill(pid, 'SIGCONT');
      },
    },
  ],
};
