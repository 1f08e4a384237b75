import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants, getPriority, setPriority } from 'node:os';
import { dirname, join, sep } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { reapOrphans } from '../../shared/process-wall/reap.ts';
import { childrenOf } from '../../shared/process-wall/usage.ts';
import type { Wall } from '../../shared/process-wall/wall.ts';

const OWN_FOLDER = fileURLToPath(new URL('../', import.meta.url));
const SHARED_FOLDER = fileURLToPath(new URL('../../shared/', import.meta.url));
const PACKAGE_FILE = fileURLToPath(new URL('../../package.json', import.meta.url));
const MAX_HEAP_MEGABYTES = 512;

export interface BuilderRights {
  /** Whether it may use the network; a process that may starts no other. */
  network: boolean;
  /** Folders of package files. Every process reads them; the ones with the network also write them. */
  packages?: string | undefined;
  /** Its environment: it inherits nothing. */
  environment?: Record<string, string>;
  /** What stands around it. */
  wall: Wall;
}

export type BuilderProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Starts the code that reads authors' code and strangers' packages, in a process that holds nothing worth having: no environment of
 * its starter, of the file system its own code and the packages in the cache, and either the network or the bundler, never both.
 *
 * @param main The file that it runs.
 */
export function startBuilderProcess(
  main: string,
  { network, packages, environment = {}, wall }: BuilderRights,
  env: NodeJS.ProcessEnv = process.env,
): BuilderProcess {
  const folder = packages === undefined ? [] : [join(packages, sep)];
  const own = [OWN_FOLDER, SHARED_FOLDER, PACKAGE_FILE, librariesFolder(), join(dirname(main), sep)];
  const readable = [...own, ...folder];
  const writable = network ? folder : [];
  const options = [
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    ...writable.map((path) => `--allow-fs-write=${path}`),
    network ? '--allow-net' : '--allow-child-process',
    '--disable-warning=SecurityWarning',
    `--max-old-space-size=${String(MAX_HEAP_MEGABYTES)}`,
  ];
  const { NODE_EXTRA_CA_CERTS: authorities } = environment;
  const reach = { readable: [...readable, ...(authorities === undefined ? [] : [authorities])], writable, network };
  const [command, ...args] = wall.around(options, main, reach);
  const child: BuilderProcess = spawn(command, args, {
    // Windows cannot open a socket without it.
    env: { ...environment, ...(process.platform === 'win32' ? { SystemRoot: env.SystemRoot } : {}) },
    cwd: OWN_FOLDER,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that its children end with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  giveWay(child);
  child.once('exit', () => endWhatItStarted(child));
  return child;
}

/** A token is waited for by a machine, a build by a person: where both want the processor, the build gives way. */
function giveWay(child: BuilderProcess): void {
  try {
    const { PRIORITY_BELOW_NORMAL } = constants.priority;
    if (child.pid !== undefined) setPriority(child.pid, Math.max(getPriority(), PRIORITY_BELOW_NORMAL));
  } catch {
    // It has ended, or this platform does not let it.
  }
}

/** Ends a builder process and all that it has started. */
export function endBuilderProcess(child: BuilderProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === 'win32') {
    child.kill('SIGKILL');
    return;
  }
  noteStarted(child);
  endGroup(child.pid);
}

/** What builder processes have started, as it was last seen. */
const started = new WeakMap<BuilderProcess, readonly number[]>();

/** Notes what a builder process has started: when it has ended, nobody can tell. */
export function noteStarted(child: BuilderProcess): void {
  try {
    if (child.pid !== undefined) started.set(child, childrenOf(child.pid));
  } catch {
    // It has ended, or nothing tells it here.
  }
}

/** However it has ended: nothing of it is left, not even for the kernel. */
function endWhatItStarted(child: BuilderProcess): void {
  if (child.pid !== undefined && process.platform !== 'win32') endGroup(child.pid);
  void reapOrphans(started.get(child) ?? []).catch(() => undefined);
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** The `node_modules` that the bundler and the stand-ins for Node's modules are in. */
function librariesFolder(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(dirname(require.resolve('esbuild/package.json'))), sep);
}
