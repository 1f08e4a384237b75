import './quiet.ts';
import { writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import type { NatsConnection } from '@nats-io/transport-node';
import { startBusServer } from '../../deploy/local/bus-server.ts';
import { BUS_USERS, type BusUser, type LocalSecrets } from '../../deploy/local/local-secrets.ts';
import {
  spawnServer,
  untilReady,
  type ChildServer,
  type RunningServer,
} from '../../deploy/local/servers/child-server.ts';
import { obtainNats } from '../../deploy/local/servers/nats-binary.ts';
import { startNats } from '../../deploy/local/servers/run-nats.ts';
import { connectBus } from '../../shared/bus/connect.ts';
import { temporaryDir } from './servers-fixtures.ts';

const decoder = new TextDecoder();

export const newSeed = (): string => decoder.decode(createUser().getSeed());

export async function natsBinary(): Promise<string> {
  return (await obtainNats({ report: () => undefined })).path;
}

/** A bus as `npm start` has it, with hookmint's users. */
export type Bus = {
  url: string;
  seeds: LocalSecrets['nats_nkey_seeds'];
  connect: (user: BusUser) => Promise<NatsConnection>;
  stop: () => Promise<void>;
};

export async function startBusWithUsers(): Promise<Bus> {
  const seeds = Object.fromEntries(BUS_USERS.map((user) => [user, newSeed()])) as Bus['seeds'];
  const server = await startBusServer({ binary: await natsBinary(), dataDir: temporaryDir() }, seeds);
  const connections: NatsConnection[] = [];
  return {
    url: server.url,
    seeds,
    connect: async (user) => {
      const connection = await connectBus(user, { NATS_URL: server.url, NATS_NKEY_SEED: seeds[user] });
      connections.push(connection);
      return connection;
    },
    stop: async () => {
      await Promise.all(connections.map((connection) => connection.close())).finally(() => server.stop());
    },
  };
}

/** A server without users, which can be taken away and put back on its port. */
export type PlainBus = {
  url: string;
  connect: (name?: string) => Promise<NatsConnection>;
  stop: () => Promise<void>;
  start: () => Promise<void>;
  end: () => Promise<void>;
};

export async function startPlainBus(configuration?: string): Promise<PlainBus> {
  const [binary, dataDir] = [await natsBinary(), temporaryDir()];
  const configFile = configuration === undefined ? undefined : join(dataDir, 'nats.conf');
  if (configFile !== undefined) writeFileSync(configFile, configuration ?? '');
  let server: RunningServer = await startNats({ binary, dataDir, configFile });
  const connections: NatsConnection[] = [];
  return {
    url: server.url,
    connect: async (name = 'test') => {
      const connection = await connectBus(name, { NATS_URL: server.url });
      connections.push(connection);
      return connection;
    },
    stop: () => server.stop(),
    start: async () => {
      server = await startNats({ binary, dataDir, configFile, port: server.port });
    },
    end: async () => {
      await Promise.all(connections.map((connection) => connection.close())).finally(() => server.stop());
    },
  };
}

/** A server that cannot keep streams. */
export async function startNatsWithoutJetStream(): Promise<{ url: string; stop: ChildServer['stop'] }> {
  const dir = temporaryDir();
  const child = spawnServer({
    name: 'nats-server',
    binary: await natsBinary(),
    args: ['-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', dir],
    env: process.env,
    logFile: join(dir, 'nats-server.log'),
    stopGraceMs: 5_000,
  });
  const url = await untilReady(child, () => urlInPortsFile(dir), 30_000);
  if (url === undefined) {
    await child.stop();
    throw new Error(child.log());
  }
  return { url, stop: child.stop };
}

async function urlInPortsFile(dir: string): Promise<string | undefined> {
  const name = (await readdir(dir)).find((entry) => entry.endsWith('.ports'));
  if (name === undefined) return undefined;
  try {
    return (JSON.parse(await readFile(join(dir, name), 'utf8')) as { nats: string[] }).nats[0];
  } catch {
    return undefined;
  }
}
