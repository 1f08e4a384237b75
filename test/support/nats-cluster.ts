import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { publicNkeys } from '../../deploy/local/bus-server.ts';
import { ensureCertificates } from '../../deploy/local/certificates.ts';
import type { LocalSecrets } from '../../deploy/local/local-secrets.ts';
import type { RunningServer } from '../../deploy/local/servers/child-server.ts';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { obtainNats } from '../../deploy/local/servers/nats-binary.ts';
import { startNats } from '../../deploy/local/servers/run-nats.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { guardServers } from './guarded-servers.ts';

const HOST = '127.0.0.1';
const USERS = fileURLToPath(new URL('../../deploy/nats/hookmint.conf', import.meta.url));
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const NOBODYS_PORT = 1;

export type NodeName = 'n1' | 'n2' | 'n3';
const NODES: readonly NodeName[] = ['n1', 'n2', 'n3'];

/** Three NATS servers with hookmint's users; clients and servers speak TLS, by certificates of a CA of their own. */
export type NatsCluster = {
  /** All three, for `NATS_URL`. */
  url: string;
  /** What a service needs to connect, but for its seed. */
  env: { NATS_URL: string; NATS_CA_FILE: string };
  /** As a user of hookmint.conf. */
  connect: (user: keyof LocalSecrets['nats_nkey_seeds'], nodes?: readonly NodeName[]) => Promise<NatsConnection>;
  pidOf: (node: NodeName) => number;
  /** The node that most connections with this name are at. */
  nodeOf: (service: string) => Promise<NodeName>;
  /** The node that leads a stream. */
  leaderOf: (stream: string) => Promise<NodeName>;
  /** kill -9. */
  kill: (node: NodeName) => Promise<void>;
  /** Starts a node that was killed, on its port and with its store. */
  start: (node: NodeName) => Promise<void>;
  /** Resolves when each node is there and has caught up with each stream. */
  untilWhole: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Of the server's monitoring: the replicas are told by the leader alone. */
type Jetstream = { meta_cluster: { replicas?: { current: boolean; offline?: boolean }[] } };
const isUp = ({ current, offline = false }: { current: boolean; offline?: boolean }): boolean => current && !offline;

/**
 * @param dir Holds stores, logs and certificates.
 * @param routeTo Gives the port by which one node reaches another, when not that at which the other listens for them.
 */
export async function startNatsCluster(
  dir: string,
  seeds: LocalSecrets['nats_nkey_seeds'],
  routeTo?: (port: number, from: NodeName, to: NodeName) => Promise<number>,
): Promise<NatsCluster> {
  mkdirSync(dir, { recursive: true });
  const { path: binary } = await obtainNats({ report: () => undefined });
  const tls = await ensureCertificates(join(dir, 'tls'), {
    name: 'nats',
    authority: 'hookmint test CA',
    for: [
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: HOST },
    ],
    isClientToo: true,
  });
  const ports: Record<NodeName, { clients: number; routes: number }> = {
    n1: { clients: await freePort(HOST), routes: await freePort(HOST) },
    n2: { clients: await freePort(HOST), routes: await freePort(HOST) },
    n3: { clients: await freePort(HOST), routes: await freePort(HOST) },
  };
  const routesOf = async (from: NodeName): Promise<string[]> =>
    Promise.all(
      NODES.filter((to) => to !== from).map(async (to) => {
        const port = (await routeTo?.(ports[to].routes, from, to)) ?? ports[to].routes;
        return `tls://${HOST}:${String(port)}`;
      }),
    );
  const routes = { n1: await routesOf('n1'), n2: await routesOf('n2'), n3: await routesOf('n3') };
  const identity = `cert_file: ${JSON.stringify(tls.certFile)}, key_file: ${JSON.stringify(tls.keyFile)}, timeout: 5`;
  const running = new Map<NodeName, RunningServer>();
  const guarded = guardServers(dir);
  const dataDirOf = (node: NodeName): string => join(dir, node);
  const urlOf = (nodes: readonly NodeName[]): string =>
    nodes.map((node) => `tls://localhost:${String(ports[node].clients)}`).join(',');

  async function start(node: NodeName): Promise<void> {
    const configFile = join(dir, `${node}.conf`);
    const lines = [
      `include ${JSON.stringify(relative(dir, USERS))}`,
      `server_name: ${node}`,
      `http: "${HOST}:-1"`,
      `tls { ${identity} }`,
      // As the chart has it: clients know the cluster by what they are given, and hear of no server.
      `cluster { name: hookmint, listen: "${HOST}:${String(ports[node].routes)}", no_advertise: true`,
      // What the nodes tell each other must lead past no proxy.
      `  advertise: "${HOST}:${String(routeTo === undefined ? ports[node].routes : NOBODYS_PORT)}"`,
      `  routes: ${JSON.stringify(routes[node])}`,
      `  tls { ${identity}, ca_file: ${JSON.stringify(tls.caFile)}, verify: true } }`,
    ];
    writeFileSync(configFile, lines.join('\n'));
    const options = {
      binary,
      dataDir: dataDirOf(node),
      port: ports[node].clients,
      configFile,
      env: publicNkeys(seeds),
    };
    running.set(node, guarded.started(await startNats(options)));
  }

  /** Of the server's monitoring; it listens on another port after each start. */
  async function ask<T>(node: NodeName, path: string): Promise<T> {
    const folder = dataDirOf(node);
    const file = readdirSync(folder).find((name) => name.endsWith(`_${String(pidOf(node))}.ports`)) ?? '';
    const { monitoring } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { monitoring: string[] };
    return (await (await fetch(`${monitoring[0] ?? ''}${path}`)).json()) as T;
  }

  function pidOf(node: NodeName): number {
    const pid = running.get(node)?.process.pid;
    if (pid === undefined) throw new Error(`${node} does not run`);
    return pid;
  }

  const alive = (): NodeName[] => NODES.filter((node) => running.has(node));

  const connect: NatsCluster['connect'] = (user, nodes = NODES) =>
    connectBus(user, { NATS_URL: urlOf(nodes), NATS_CA_FILE: tls.caFile, NATS_NKEY_SEED: seeds[user] });

  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const untilMs = Date.now() + READY_TIMEOUT_MS;
    while (!(await isSo().catch(() => false))) {
      if (Date.now() > untilMs) throw new Error(`${what} took more than ${String(READY_TIMEOUT_MS)} ms`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  const cluster: NatsCluster = {
    url: urlOf(NODES),
    env: { NATS_URL: urlOf(NODES), NATS_CA_FILE: tls.caFile },
    connect,
    pidOf,
    nodeOf: async (service) => {
      const counts = await Promise.all(
        alive().map(async (node) => {
          const { connections } = await ask<{ connections: { name: string }[] }>(node, '/connz');
          return { node, count: connections.filter(({ name }) => name === service).length };
        }),
      );
      const [most] = counts.sort((a, b) => b.count - a.count);
      if (most === undefined || most.count === 0) throw new Error(`${service} is not connected`);
      return most.node;
    },
    leaderOf: async (stream) => {
      const connection = await connect('setup', alive());
      try {
        const { cluster: info } = await (await jetstreamManager(connection)).streams.info(stream);
        return info?.leader as NodeName;
      } finally {
        await connection.close();
      }
    },
    kill: async (node) => {
      const server = running.get(node);
      running.delete(node);
      server?.process.kill('SIGKILL');
      await server?.stop();
    },
    start,
    untilWhole: () =>
      until('a whole cluster', async () => {
        const health = await Promise.all(NODES.map((node) => ask<{ status: string }>(node, '/healthz')));
        return health.every(({ status }) => status === 'ok');
      }),
    stop: async () => {
      await Promise.all([...running.values()].map((server) => server.stop()));
      await guarded.end();
    },
  };
  try {
    await Promise.all(NODES.map(start));
    await cluster.untilWhole();
    // Before that its leader finds no place for streams.
    await until('a leader that knows all', async () => {
      const known = await Promise.all(NODES.map((node) => ask<Jetstream>(node, '/jsz')));
      return known.some(({ meta_cluster }) => meta_cluster.replicas?.filter(isUp).length === NODES.length - 1);
    });
    await until('JetStream', async () => {
      const connection = await connect('setup');
      await jetstreamManager(connection).finally(() => connection.close());
      return true;
    });
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
