import { rmSync, utimesSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that builds of this process have to find, and by how many. */
const inUse = new Map<string, number>();

/**
 * Keeps files of the cache while they are worked with, and notes that they were used.
 *
 * @returns Releases them.
 */
export function keepInCache(files: readonly string[]): () => void {
  const now = new Date();
  for (const file of files) {
    inUse.set(file, (inUse.get(file) ?? 0) + 1);
    try {
      utimesSync(file, now, now);
    } catch {
      // Whoever reads it is told what is wrong with it.
    }
  }
  return () => {
    for (const file of files) {
      const others = (inUse.get(file) ?? 1) - 1;
      if (others === 0) inUse.delete(file);
      else inUse.set(file, others);
    }
  };
}

/** Removes of the files in some folders those that were not used for longest, until the rest is within the bounds. */
export async function makeRoom(
  folders: readonly string[],
  { maxBytes, maxFiles }: { maxBytes: number; maxFiles: number },
): Promise<void> {
  const files = (await Promise.all(folders.map(filesIn))).flat().sort((one, other) => other.usedMs - one.usedMs);
  let bytes = 0;
  for (const [n, { path, size }] of files.entries()) {
    bytes += size;
    if ((bytes > maxBytes || n >= maxFiles) && !inUse.has(path)) rmSync(path, { force: true });
  }
}

async function filesIn(folder: string): Promise<{ path: string; size: number; usedMs: number }[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      // Another process may have removed it meanwhile.
      const about = await stat(path).catch(() => undefined);
      return about?.isFile() === true ? [{ path, size: about.size, usedMs: about.mtimeMs }] : [];
    }),
  );
  return found.flat();
}
