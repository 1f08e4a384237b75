import { readFile, readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { serverEnv, spawnServer, untilReady, type RunningServer, type ServerExit } from './child-server.ts';
import { isDiskFull, prepareDataDir } from './data-dir.ts';
import { ServerStartError } from './errors.ts';
import { natsExitError, natsSummary } from './nats-exit.ts';

export interface StartNatsOptions {
  binary: string;
  /** Holds the JetStream store and `nats-server.log`; created when missing. */
  dataDir: string;
  /** A random free port when undefined. */
  port?: number | undefined;
  /** Given with `-c`; address, port and store stay those of the flags. */
  configFile?: string | undefined;
  /** Variables that the configuration file refers to as `$NAME`. */
  env?: Record<string, string> | undefined;
  /** Called when the server ends without `stop()` having been called. */
  onExit?: ((exit: ServerExit) => void) | undefined;
}

const HOST = '127.0.0.1';
const FEW_CORES = 2;
const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 5_000;

/** Starts nats-server with JetStream on the loopback address and resolves when it accepts clients. */
export async function startNats(options: StartNatsOptions): Promise<RunningServer> {
  const dataDir = await prepareDataDir('nats-server', options.dataDir);
  await removeStalePortsFiles(dataDir);
  const child = spawnServer({
    name: 'nats-server',
    binary: options.binary,
    args: natsArgs(options, dataDir),
    env: serverEnv(process.env, { ...threads(), ...options.env }),
    logFile: join(dataDir, 'nats-server.log'),
    stopGraceMs: STOP_GRACE_MS,
  });
  const port = await untilReady(child, () => readPort(dataDir, child.process.pid), START_TIMEOUT_MS);
  if (port === undefined) {
    const exit = child.exit();
    const log = child.log();
    await child.stop();
    throw exit
      ? natsExitError(exit, { log, dataDir, port: options.port, noSpace: await isDiskFull(dataDir) })
      : timeoutError(log);
  }
  if (options.onExit) child.onUnexpectedExit(options.onExit);
  return { url: `nats://${HOST}:${port}`, port, process: child.process, stop: child.stop };
}

function natsArgs({ port, configFile }: StartNatsOptions, dataDir: string): string[] {
  const args = ['-a', HOST, '-p', String(port ?? -1), '-js', '-sd', dataDir, '--ports_file_dir', dataDir];
  return configFile === undefined ? args : [...args, '-c', configFile];
}

/** With the services on as few cores, a second thread of Go's takes turns from them and gives none back: 3 us of CPU a token. */
function threads(): Record<string, string> {
  return availableParallelism() <= FEW_CORES ? { GOMAXPROCS: '1' } : {};
}

// A server that was killed leaves its ports file; process ids come again.
async function removeStalePortsFiles(dataDir: string): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => name.endsWith('.ports'));
  await Promise.all(names.map((name) => rm(join(dataDir, name), { force: true })));
}

/** The file is `<name of the binary>_<pid>.ports`; it appears once the server listens, and may be read half written. */
async function readPort(dataDir: string, pid: number | undefined): Promise<number | undefined> {
  const name = (await readdir(dataDir)).find((entry) => entry.endsWith(`_${String(pid)}.ports`));
  if (name === undefined) return undefined;
  try {
    const { nats } = JSON.parse(await readFile(join(dataDir, name), 'utf8')) as { nats?: string[] };
    return nats?.[0] === undefined ? undefined : Number(new URL(nats[0]).port);
  } catch {
    return undefined;
  }
}

function timeoutError(log: string): ServerStartError {
  return new ServerStartError(
    'START_TIMED_OUT',
    `nats-server did not answer within ${START_TIMEOUT_MS / 1000} s: ${natsSummary(log)}`,
  );
}
