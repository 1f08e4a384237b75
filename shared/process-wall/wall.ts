import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { HookmintError, messageOf } from '../errors.ts';
import { ownModule } from '../own-module.ts';
import { bubblewrapArguments, filesOf, findBubblewrap, type Reach } from './bubblewrap.ts';
import { channelOver, type Channel } from './channel.ts';
import { ENOSYS } from './filter.ts';
import { openNative, WallError } from './native.ts';
import { SEALED } from './seal.ts';

const PROBE = ownModule('./probe', import.meta.url);
const CONFINE = ownModule('./confine', import.meta.url);
const OWN_FOLDER = join(dirname(PROBE), '/');
/** Files that the channel needs in addition. */
const JSON_VALUES = ownModule('../json-values', import.meta.url);
const PACKAGE_JSON = fileURLToPath(new URL('../../package.json', import.meta.url));
const PROBE_TIMEOUT_MS = 10_000;

/**
 * What native code in a process meets, from the strongest on:
 * - `bubblewrap`: namespaces without files, network and other processes, and what `seccomp` is.
 * - `seccomp`: no system call but the few that a started process needs.
 * - `none`: Node's permission model alone, which is none for native code.
 */
type WallName = 'bubblewrap' | 'seccomp' | 'none';

/** `require`: no start without a wall; `auto`: the strongest that there is; `off`: none. */
export type WallSetting = 'require' | 'auto' | 'off';

type WalledProgram = {
  /** Path of the script. It calls `sealIfWalled` when all is loaded. */
  main: string;
  /** Absolute paths of all it reads, folders with a slash at their end. Those that do not exist do no harm. */
  readable: readonly string[];
  /** Longest message that is taken from it, characters. Default: 64 Mi. */
  maxMessageCharacters?: number;
  /** Options of Node in addition to those of the permission model. */
  nodeOptions: readonly string[];
};

type WalledProcess = {
  process: ChildProcessByStdio<null, Readable, Readable>;
  /** To its `ownChannel`. */
  channel: Channel;
  /** Ends it, with all that the wall is made of. */
  kill: () => void;
};

export type Wall = {
  name: WallName;
  /** Why it is not a stronger one, one line for each. */
  reasons: readonly string[];
  /** Starts a Node process behind the wall, without an environment. */
  start(program: WalledProgram): WalledProcess;
  /**
   * Command and arguments of Node with the wall around it, for programs that are not sealed but bar themselves from what they do not need.
   *
   * @param options Of Node.
   */
  around(options: readonly string[], main: string, reach: Reach): [command: string, ...args: string[]];
};

/** The process starts under Node's permission model, nothing else. */
export const NO_WALL: Wall = {
  name: 'none',
  reasons: [],
  start: (program) => startNode(program, []),
  around: (options, main) => [process.execPath, ...options, main],
};

/**
 * Finds the strongest wall that stands here, by starting a process behind each.
 *
 * @param options.bubblewrap False: as where bubblewrap is absent.
 * @throws {HookmintError} `sandbox_wall_unavailable` when one is required and none stands.
 */
export async function chooseWall(setting: WallSetting, { bubblewrap = true } = {}): Promise<Wall> {
  if (setting === 'off') return NO_WALL;
  const reasons: string[] = [];
  for (const open of bubblewrap ? [bubblewrapWall, seccompWall] : [seccompWall]) {
    try {
      const wall = await open(reasons);
      await probe(wall);
      return wall;
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  if (setting === 'auto') return { ...NO_WALL, reasons };
  throw new HookmintError(
    'sandbox_wall_unavailable',
    `HOOKMINT_SANDBOX_WALL is 'require', but no wall is available here: ${reasons.join('; ')}. Run on Linux (x86-64 or arm64) where seccomp is ` +
      "allowed, or set it to 'auto'.",
  );
}

async function bubblewrapWall(reasons: readonly string[]): Promise<Wall> {
  const bwrap = findBubblewrap();
  if (bwrap === undefined) throw new WallError('bubblewrap: there is no bwrap on the PATH');
  await prepare();
  return {
    name: 'bubblewrap',
    reasons,
    start: (program) => startNode(program, [SEALED], bwrap),
    around: (options, main, reach) => [bwrap, ...bubblewrapArguments(reach), ...barring(options, main)],
  };
}

async function seccompWall(reasons: readonly string[]): Promise<Wall> {
  await prepare();
  return {
    name: 'seccomp',
    reasons,
    start: (program) => startNode(program, [SEALED]),
    around: (options, main, reach) => confining(barring(options, main), reach),
  };
}

function barring(options: readonly string[], main: string): [string, ...string[]] {
  return [process.execPath, ...options, '--allow-ffi', '--disable-warning=ExperimentalWarning', main, SEALED];
}

/** Files that Node opens wherever it runs. */
const FILES_OF_NODE = ['/dev/null', '/dev/urandom', '/etc/ssl/openssl.cnf'];

/** The same, with no file to open but what it may reach, where the kernel has Landlock. */
function confining([node, ...args]: [string, ...string[]], reach: Reach): [string, ...string[]] {
  const files = { readable: [...FILES_OF_NODE, ...filesOf(reach)], writable: reach.writable ?? [] };
  const options = ['--permission', '--allow-ffi', '--allow-child-process', '--allow-fs-read=*'];
  const quiet = ['--disable-warning=SecurityWarning', '--disable-warning=ExperimentalWarning'];
  return [node, ...options, ...quiet, CONFINE, JSON.stringify(files), ...args];
}

let prepared: Promise<void> | undefined;

/**
 * Readies this process to start others behind a wall, once.
 *
 * They inherit no descriptor that nobody meant for them. And they set up no io_uring: a Node that had one before it is sealed would need
 * it afterwards, and through it every file and socket could be opened unseen by the filter. Node then waits by epoll alone.
 */
function prepare(): Promise<void> {
  return (prepared ??= openNative().then((native) => {
    native.keepDescriptors();
    native.filter([{ syscall: 'io_uring_setup', refuse: ENOSYS }], 'allow', false);
  }));
}

function startNode(program: WalledProgram, args: readonly string[], bwrap?: string): WalledProcess {
  const { main, nodeOptions } = program;
  const readable = [...program.readable, OWN_FOLDER, JSON_VALUES, PACKAGE_JSON];
  const node = [
    process.execPath,
    ...nodeOptions,
    '--permission',
    '--allow-net', // until it has its channel
    ...(args.length > 0 ? ['--allow-ffi'] : []),
    ...readable.map((path) => `--allow-fs-read=${path}`),
    '--disable-warning=SecurityWarning',
    '--disable-warning=ExperimentalWarning',
    main,
    ...args,
  ];
  const [command = '', ...rest] = bwrap === undefined ? node : [bwrap, ...bubblewrapArguments({ readable }), ...node];
  const child = spawn(command, rest, {
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: bwrap !== undefined,
  }) as unknown as WalledProcess['process'];
  const channel = channelOver(child.stdio[3] as unknown as Duplex, program.maxMessageCharacters);
  return {
    process: child,
    channel,
    kill: () => {
      // Bubblewrap ends what is in it only from when it has set it up. Until then that is in its process group, or sees the channel close.
      channel.close();
      child.kill('SIGKILL');
      if (bwrap !== undefined && child.pid !== undefined) killGroup(child.pid);
    },
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}

/** Whether a process starts behind the wall and finds itself sealed. */
async function probe(wall: Wall): Promise<void> {
  const { process: child, kill } = wall.start({ main: PROBE, readable: [], nodeOptions: [] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-1_024);
  });
  const timer = setTimeout(kill, PROBE_TIMEOUT_MS);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new WallError(said.trim().split('\n').at(-1) ?? '');
  } catch (cause) {
    throw new WallError(`${wall.name}: ${messageOf(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
