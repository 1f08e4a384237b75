import { openSync, readFileSync, readSync } from 'node:fs';

/** What Linux tells a process of itself, its memory among it. */
export const OWN_STATUS_FILE = '/proc/self/status';
const MAX_STATUS_BYTES = 4_096;

/** `cpuMs`: since the start of each process, user and system. */
export type ProcessUsage = { residentBytes: number; threads: number; cpuMs: number };

/** Where `stat` has what, counted from the field behind the name; times are in hundredths of a second on every processor (`USER_HZ`). */
const [STATE_FIELD, USER_TIME_FIELD, SYSTEM_TIME_FIELD] = [0, 11, 12];
const TICK_MS = 10;

/** What is resident, what was put out, and the tables of its pages: a process may have those of terabytes that it only reads. */
const MEMORY = /^(?:VmRSS|VmSwap|VmPTE):\s+(\d+) kB$/gm;

/**
 * What a process and its descendants use, as Linux tells it: a limit that holds whatever runs in them. RLIMIT_AS and RLIMIT_DATA are none
 * for V8, which reserves half a gigabyte for each isolate.
 *
 * @returns `undefined` where nothing tells it.
 */
export function processUsage(pid: number): ProcessUsage | undefined {
  const folder = `/proc/${String(pid)}`;
  try {
    const stat = fieldsOf(pid);
    const cpuMs = (Number(stat[USER_TIME_FIELD]) + Number(stat[SYSTEM_TIME_FIELD])) * TICK_MS;
    const usage = { ...usageIn(readFileSync(`${folder}/status`, 'latin1')), cpuMs };
    for (const child of childrenOf(pid)) {
      const of = processUsage(child);
      usage.residentBytes += of?.residentBytes ?? 0;
      usage.threads += of?.threads ?? 0;
      usage.cpuMs += of?.cpuMs ?? 0;
    }
    return usage;
  } catch {
    return undefined;
  }
}

/** How a main thread fared: CPU time that it had, time for which it could have run and others did, and whether it would run now. */
export type MainThread = { ranMs: number; waitedMs: number; isRunnable: boolean };

/**
 * The main thread of a process, or of what runs in it where that is a wrapper of others, as Linux tells it.
 *
 * @returns `undefined` where nothing tells it.
 */
export function mainThread(pid: number): MainThread | undefined {
  try {
    const [child] = childrenOf(pid);
    if (child !== undefined) return mainThread(child);
    const [ranNs, waitedNs] = readFileSync(`/proc/${String(pid)}/schedstat`, 'latin1')
      .split(' ')
      .map(Number);
    if (ranNs === undefined || waitedNs === undefined) return undefined;
    return { ranMs: ranNs / 1e6, waitedMs: waitedNs / 1e6, isRunnable: fieldsOf(pid)[STATE_FIELD] === 'R' };
  } catch {
    return undefined;
  }
}

/** What `stat` has behind the name of the program, which may hold anything. */
function fieldsOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/**
 * The processes that a process has started, as Linux tells it.
 *
 * @throws Where nothing tells it.
 */
export function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'latin1');
  return (children.match(/\d+/g) ?? []).map(Number);
}

/**
 * Opens the way to read, later, how much memory of this process is resident: a sealed process opens no files.
 *
 * @returns Reads it, in bytes.
 */
export function openOwnResidentBytes(): () => number {
  if (process.platform !== 'linux') return () => process.memoryUsage.rss();
  const file = openSync(OWN_STATUS_FILE, 'r');
  const text = Buffer.alloc(MAX_STATUS_BYTES);
  return () => usageIn(text.toString('latin1', 0, readSync(file, text, 0, MAX_STATUS_BYTES, 0))).residentBytes;
}

function usageIn(status: string): Omit<ProcessUsage, 'cpuMs'> {
  return {
    residentBytes: [...status.matchAll(MEMORY)].reduce((sum, [, kib]) => sum + Number(kib) * 1_024, 0),
    threads: Number(/^Threads:\s+(\d+)$/m.exec(status)?.[1] ?? 0),
  };
}
