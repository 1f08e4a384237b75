import { openSync, readFileSync, readSync } from 'node:fs';

/** What Linux tells a process of itself, its memory among it. */
export const OWN_STATUS_FILE = '/proc/self/status';
const MAX_STATUS_BYTES = 4_096;

type ProcessUsage = { residentBytes: number; threads: number };

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
    const usage = usageIn(readFileSync(`${folder}/status`, 'latin1'));
    for (const child of childrenOf(pid)) {
      const { residentBytes = 0, threads = 0 } = processUsage(child) ?? {};
      usage.residentBytes += residentBytes;
      usage.threads += threads;
    }
    return usage;
  } catch {
    return undefined;
  }
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

function usageIn(status: string): ProcessUsage {
  return {
    residentBytes: [...status.matchAll(MEMORY)].reduce((sum, [, kib]) => sum + Number(kib) * 1_024, 0),
    threads: Number(/^Threads:\s+(\d+)$/m.exec(status)?.[1] ?? 0),
  };
}
