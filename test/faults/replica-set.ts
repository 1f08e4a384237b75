import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { serverEnv, spawnServer, untilReady, type ChildServer } from '../../deploy/local/servers/child-server.ts';
import { prepareDataDir } from '../../deploy/local/servers/data-dir.ts';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import { delay } from './load.ts';

const HOST = '127.0.0.1';
const SET = 'hookmint';
const MEMBERS = 3;
/** MongoDB's own waits ten until they take a primary for gone, or a primary its majority. */
const ELECTION_TIMEOUT_MS = 2_000;
const START_TIMEOUT_MS = 60_000;

/** Three mongod without users, of which one is the primary. */
export type ReplicaSet = {
  url: string;
  urlOf: (member: number) => string;
  /** The member that takes writes now; waits until there is one. */
  primary: () => Promise<number>;
  /** SIGSTOP and SIGCONT of all but one, which so has no majority. */
  pauseAllBut: (member: number) => () => void;
  /** kill -9. */
  kill: (member: number) => Promise<void>;
  start: (member: number) => Promise<void>;
  stop: () => Promise<void>;
};

/** @param reachedAt Gives the port by which all others reach a member, when not that at which it listens. */
export async function startReplicaSet(
  folder: string,
  electionTimeoutMillis = ELECTION_TIMEOUT_MS,
  reachedAt: (port: number, member: number) => Promise<number> = (port) => Promise.resolve(port),
): Promise<ReplicaSet> {
  const { path: binary } = await obtainMongod({ report: () => undefined });
  const ports = [await freePort(HOST), await freePort(HOST), await freePort(HOST)];
  const outerPorts = await Promise.all(ports.map(reachedAt));
  const running = new Map<number, ChildServer>();
  const addressOf = (member: number): string => `${HOST}:${String(outerPorts[member])}`;
  const urlOf = (member: number): string => `mongodb://${HOST}:${String(ports[member])}`;

  async function ask(member: number, command: Record<string, unknown>) {
    const client = new MongoClient(urlOf(member), { directConnection: true, serverSelectionTimeoutMS: 1_000 });
    try {
      return await client.db('admin').command(command);
    } finally {
      await client.close();
    }
  }

  async function start(member: number): Promise<void> {
    const dataDir = await prepareDataDir('mongod', join(folder, String(member)));
    const child = spawnServer({
      name: 'mongod',
      binary,
      args: [
        '--dbpath',
        dataDir,
        '--port',
        String(ports[member]),
        '--bind_ip',
        HOST,
        '--replSet',
        SET,
        '--quiet',
      ].concat(
        ['--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '64', '--nounixsocket'],
        ['--setParameter', 'diagnosticDataCollectionEnabled=false'],
      ),
      env: serverEnv(process.env),
      logFile: join(dataDir, 'mongod.log'),
      stopGraceMs: 10_000,
    });
    running.set(member, child);
    const answers = () =>
      ask(member, { ping: 1 }).then(
        () => true as const,
        () => undefined,
      );
    if ((await untilReady(child, answers, START_TIMEOUT_MS)) === undefined) throw new Error(child.log());
  }

  const stop = async (): Promise<void> => {
    await Promise.all([...running.values()].map((child) => child.stop()));
  };
  try {
    await Promise.all(ports.map((_, member) => start(member)));
    const members = ports.map((_, member) => ({ _id: member, host: addressOf(member) }));
    await ask(0, { replSetInitiate: { _id: SET, members, settings: { electionTimeoutMillis } } });
  } catch (error) {
    await stop();
    throw error;
  }
  const set: ReplicaSet = {
    url: `mongodb://${ports.map((_, member) => addressOf(member)).join(',')}/?replicaSet=${SET}`,
    urlOf,
    primary: async () => {
      for (;;) {
        for (let member = 0; member < MEMBERS; member++) {
          const hello = await ask(member, { hello: 1 }).catch(() => undefined);
          if (hello?.isWritablePrimary === true) return member;
        }
        await delay(100);
      }
    },
    pauseAllBut: (member) => {
      const others = [...running].filter(([other]) => other !== member).map(([, child]) => child.process);
      for (const process of others) process.kill('SIGSTOP');
      return () => {
        for (const process of others) process.kill('SIGCONT');
      };
    },
    kill: async (member) => {
      const child = running.get(member);
      child?.process.kill('SIGKILL');
      await child?.stop();
    },
    start,
    stop,
  };
  await set.primary();
  return set;
}
