import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from '../../deploy/local/servers/child-server.ts';
import { ensureMongoUsers } from '../../deploy/local/servers/mongo-users.ts';
import { obtainMongod } from '../../deploy/local/servers/mongod-binary.ts';
import { obtainNats } from '../../deploy/local/servers/nats-binary.ts';
import { startMongod } from '../../deploy/local/servers/run-mongod.ts';
import { startNats } from '../../deploy/local/servers/run-nats.ts';
import { guardServers } from '../support/guarded-servers.ts';
import { delay } from './load.ts';

const BUS_CONFIG = new URL('../../deploy/nats/hookmint.conf', import.meta.url);
const RETRY_MS = 250;

/** A nats-server without users and a mongod with one, which no launcher looks after; what dies is started again, for ever. */
export type OwnServers = {
  natsPort: number;
  mongodPort: number;
  /** The URL for whoever connects to mongod at `port`. */
  mongodbUrl: (port: number) => string;
  /** How often mongod was started. */
  mongodStarts: () => number;
  /** Stops nats-server; it is started again. */
  restartNats: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * @param dataDir Where both keep their data, or each; default: a temporary folder that goes with them.
 * @param mongodArguments Further ones of mongod.
 */
export async function startOwnServers(
  dataDir?: string | { nats: string; mongodb: string },
  mongodArguments: readonly string[] = [],
): Promise<OwnServers> {
  await using cleanup = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-faults-'));
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const at = typeof dataDir === 'object' ? dataDir : { nats: dataDir ?? folder, mongodb: dataDir ?? folder };
  const configFile = join(folder, 'nats.conf');
  writeFileSync(configFile, readFileSync(BUS_CONFIG, 'utf8').replace(/^authorization \{[^]*/m, ''));
  const quiet = { report: (): void => undefined };
  const [natsBinary, mongodBinary] = await Promise.all([obtainNats(quiet), obtainMongod(quiet)]);
  const [natsGuard, mongodGuard] = [guardServers(at.nats), guardServers(at.mongodb)];
  cleanup.defer(natsGuard.end);
  cleanup.defer(mongodGuard.end);
  const nats = await keepRunning(async (port) =>
    natsGuard.started(await startNats({ binary: natsBinary.path, dataDir: join(at.nats, 'nats'), configFile, port })),
  );
  cleanup.defer(nats.stop);
  const binary = withArguments(mongodBinary.path, mongodArguments, join(folder, 'mongod'));
  const mongod = await keepRunning(async (port) =>
    mongodGuard.started(await startMongod({ binary, dataDir: join(at.mongodb, 'mongodb'), port })),
  );
  cleanup.defer(mongod.stop);
  const password = randomBytes(16).toString('hex');
  const url = `mongodb://127.0.0.1:${String(mongod.port)}`;
  await ensureMongoUsers({ url, owner: { user: 'owner', password }, users: [] });
  const running = cleanup.move();
  return {
    natsPort: nats.port,
    mongodPort: mongod.port,
    mongodbUrl: (port) => `mongodb://owner:${password}@127.0.0.1:${String(port)}/?authSource=admin`,
    mongodStarts: mongod.starts,
    restartNats: nats.restart,
    stop: () => running.disposeAsync(),
  };
}

/** A program that starts another with more arguments than it is given. */
function withArguments(binary: string, more: readonly string[], program: string): string {
  if (more.length === 0) return binary;
  const quoted = more.map((argument) => ` '${argument}'`).join('');
  writeFileSync(program, `#!/bin/sh\nexec '${binary}' "$@"${quoted}\n`, { mode: 0o755 });
  return program;
}

type Kept = { port: number; starts: () => number; restart: () => Promise<void>; stop: () => Promise<void> };

/** As an orchestrator does, without its growing pauses. */
async function keepRunning(start: (port: number | undefined) => Promise<RunningServer>): Promise<Kept> {
  let server = await start(undefined);
  let starts = 1;
  const { port } = server;
  let stopping = false;
  const isStopping = (): boolean => stopping;

  async function keep(): Promise<void> {
    while (!isStopping()) {
      const { process: child } = server;
      if (child.exitCode === null && child.signalCode === null) {
        await new Promise((resolve) => child.once('exit', resolve));
        continue;
      }
      // What ends at its start, as on a full disk, is tried again.
      server = await start(port).catch(() => server);
      starts++;
      await delay(RETRY_MS);
    }
  }
  const kept = keep();
  return {
    port,
    starts: () => starts,
    restart: () => server.stop(),
    stop: async () => {
      stopping = true;
      await server.stop();
      await kept;
      await server.stop();
    },
  };
}
