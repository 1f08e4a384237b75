import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import {
  serverEnv,
  spawnServer,
  untilReady,
  type ChildServer,
  type RunningServer,
  type ServerExit,
} from './child-server.ts';
import { isDiskFull, prepareDataDir } from './data-dir.ts';
import { ServerStartError } from './errors.ts';
import { freePort } from './free-port.ts';
import { mongodExitError, mongodSummary } from './mongod-exit.ts';

export interface StartMongodOptions {
  binary: string;
  /** The dbPath; also holds `mongod.log`; created when missing. A fresh one takes 300 MB. */
  dataDir: string;
  /** A random free port when undefined. */
  port?: number | undefined;
  /** Called when the server ends without `stop()` having been called. */
  onExit?: ((exit: ServerExit) => void) | undefined;
}

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 60_000;
const PING_TIMEOUT_MS = 5_000;
const STOP_GRACE_MS = 10_000;
const PORT_ATTEMPTS = 5;
/** A slow operation is logged with what it writes: hooks' code, sealed secrets, encrypted keys. */
const SLOW_OPERATION_MS = 600_000;

/**
 * Starts mongod on the loopback address, always with access control, and resolves when it answers a ping. A fresh data
 * folder has no users yet: `ensureMongoUsers` comes next.
 */
export async function startMongod(options: StartMongodOptions): Promise<RunningServer> {
  const dataDir = await prepareDataDir('mongod', options.dataDir);
  if (options.port !== undefined) return startOn(options.port, dataDir, options);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(await freePort(HOST), dataDir, options);
    } catch (error) {
      const lostPort = error instanceof ServerStartError && error.code === 'PORT_TAKEN';
      if (!lostPort || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function startOn(port: number, dataDir: string, options: StartMongodOptions): Promise<RunningServer> {
  const child = spawnServer({
    name: 'mongod',
    binary: options.binary,
    args: mongodArgs(port, dataDir),
    env: serverEnv(process.env),
    logFile: join(dataDir, 'mongod.log'),
    stopGraceMs: STOP_GRACE_MS,
  });
  const url = `mongodb://${HOST}:${port}`;
  const ready = await untilReady(child, () => answers(child, url), START_TIMEOUT_MS);
  if (!ready) {
    const exit = child.exit();
    const log = child.log();
    await child.stop();
    throw exit ? mongodExitError(exit, { log, dataDir, port, noSpace: await isDiskFull(dataDir) }) : timeoutError(log);
  }
  if (options.onExit) child.onUnexpectedExit(options.onExit);
  return { url, port, process: child.process, stop: child.stop };
}

function mongodArgs(port: number, dataDir: string): string[] {
  // No query of hookmint needs JavaScript in the server; of an injected one it would be the worst part.
  const args = ['--dbpath', dataDir, '--port', String(port), '--bind_ip', HOST, '--auth', '--noscripting', '--quiet'];
  // Without the cap on the cache it takes half the memory; diagnostic data would add up to 200 MB of disk.
  args.push('--wiredTigerCacheSizeGB', '0.25', '--setParameter', 'diagnosticDataCollectionEnabled=false');
  args.push('--slowms', String(SLOW_OPERATION_MS));
  return process.platform === 'win32' ? args : [...args, '--nounixsocket'];
}

// The log line comes first: on a port that another mongod holds, the ping alone would be answered by the other one.
async function answers(child: ChildServer, url: string): Promise<true | undefined> {
  const listening = child.log().includes('"msg":"Waiting for connections"');
  if (!listening) return undefined;
  const client = new MongoClient(url, { directConnection: true, serverSelectionTimeoutMS: PING_TIMEOUT_MS });
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } catch {
    return undefined;
  } finally {
    await client.close();
  }
}

function timeoutError(log: string): ServerStartError {
  const message = `mongod did not answer within ${START_TIMEOUT_MS / 1000} s: ${mongodSummary(log)}`;
  return new ServerStartError('START_TIMED_OUT', message);
}
