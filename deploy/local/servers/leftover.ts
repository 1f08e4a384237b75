import { readFile, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { runTool } from './run-tool.ts';
import { systemCode } from './errors.ts';

export interface EndOptions {
  /** What the command line must contain, such as the absolute data folder; of several, all. */
  mustMatch: string | readonly string[];
  /** Between SIGINT and SIGKILL, in milliseconds. Default: 10 000. */
  graceMs?: number | undefined;
}

export interface EndLeftoverOptions extends EndOptions {
  /** Holds one process id or more, separated by white space. A missing file means that nothing is left. */
  pidFile: string;
}

const PS_TIMEOUT_MS = 5_000;
const DEFAULT_GRACE_MS = 10_000;
const POLL_INTERVAL_MS = 50;

/**
 * Ends the servers that a killed launcher left behind, and removes the file. A process whose command line does not match
 * is not ours, since ids come again: it is left alone. So is one whose command line cannot be read, as on Windows.
 * @returns the ids of the processes that were ended.
 */
export async function endLeftover({ pidFile, ...options }: EndLeftoverOptions): Promise<number[]> {
  const ended = await endProcesses(await readPids(pidFile), options);
  await rm(pidFile, { force: true });
  return ended;
}

/** Ends those of the processes whose command line matches, all at a time; gives their ids. */
export async function endProcesses(
  pids: readonly number[],
  { mustMatch, graceMs = DEFAULT_GRACE_MS }: EndOptions,
): Promise<number[]> {
  const needles = [mustMatch].flat();
  if (needles.length === 0 || needles.includes(''))
    throw new TypeError('mustMatch is empty: it would match every process');
  const ours = pids.filter((pid) => Number.isInteger(pid) && pid > 1 && pid !== process.pid);
  const ended = await Promise.all(ours.map((pid) => end(pid, needles, graceMs)));
  return ours.filter((_, at) => ended[at]);
}

async function readPids(pidFile: string): Promise<number[]> {
  try {
    const words = (await readFile(pidFile, 'utf8')).split(/\s+/);
    return words.filter((word) => /^[1-9]\d*$/.test(word)).map(Number);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Whether it was ours and is gone. One that outlives SIGKILL holds its data folder, and the next start says so. */
async function end(pid: number, needles: readonly string[], graceMs: number): Promise<boolean> {
  let ended = false;
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    if (!matches(await commandLine(pid), needles)) return ended;
    if (!send(pid, signal)) return ended;
    ended = await untilGone(pid, graceMs);
  }
  return ended;
}

async function untilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await isGone(pid)) return true;
    await delay(POLL_INTERVAL_MS);
  }
  return false;
}

// Its command line goes first, its ports and locks later: the end is when the system says so.
async function isGone(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return !send(pid, 0);
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const state = stat.slice(stat.lastIndexOf(')') + 2).charAt(0);
  return state === '' || state === 'Z' || state === 'X';
}

/** False when there is no such process, or it belongs to another user. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Empty when there is no such process, or when it has ended and waits for its parent. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    // Slim images bring no ps.
    const raw = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return raw.replaceAll('\0', ' ');
  }
  const { stdout } = await runTool('ps', ['-o', 'command=', '-p', String(pid)], { timeoutMs: PS_TIMEOUT_MS });
  return stdout;
}

// A path matches whole: /data/nats is not /data/nats-2.
function matches(command: string, needles: readonly string[]): boolean {
  return needles.every((needle) => {
    for (let at = command.indexOf(needle); at !== -1; at = command.indexOf(needle, at + 1)) {
      const [before, after] = [command[at - 1], command[at + needle.length]];
      if (isBoundary(before) && isBoundary(after)) return true;
    }
    return false;
  });
}

function isBoundary(char: string | undefined): boolean {
  return char === undefined || /[\s/\\"=]/.test(char);
}
