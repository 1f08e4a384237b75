import { openSync, readSync } from 'node:fs';

/** What Linux tells a process of itself, its memory among it. */
export const RESIDENT_MEMORY_FILE = '/proc/self/status';
const MAX_LENGTH_BYTES = 4_096;

/**
 * Opens the way to read, later, how much memory of this process is resident: a sealed process opens no files.
 *
 * @returns Reads it, in bytes.
 */
export function openResidentMemory(): () => number {
  if (process.platform !== 'linux') return () => process.memoryUsage.rss();
  const file = openSync(RESIDENT_MEMORY_FILE, 'r');
  const text = Buffer.alloc(MAX_LENGTH_BYTES);
  return () => {
    const length = readSync(file, text, 0, MAX_LENGTH_BYTES, 0);
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text.toString('latin1', 0, length))?.[1]) * 1_024;
  };
}
