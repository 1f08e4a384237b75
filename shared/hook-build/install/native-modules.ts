import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockedModule } from './lockfile.ts';

const MAX_DEPTH = 3;
const NOT_ITS_OWN = new Set(['node_modules', 'test', 'tests', 'example', 'examples', 'docs', 'fixtures', 'gyp']);

/** The folders of those modules that need compiled code: a `binding.gyp`, a `.node` file or prebuilt binaries. */
export async function nativeModules(folder: string, locked: LockedModule[]): Promise<string[]> {
  const native = await Promise.all(
    locked.map(async (module) => hasCompiledCode(join(folder, module.folder), MAX_DEPTH)),
  );
  return locked.filter((_, index) => native[index]).map((module) => module.folder);
}

async function hasCompiledCode(folder: string, depth: number): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  if (files.some((name) => name === 'binding.gyp' || name.endsWith('.node'))) return true;
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (folders.includes('prebuilds')) return true;
  if (depth === 0) return false;
  for (const name of folders) {
    if (!NOT_ITS_OWN.has(name) && (await hasCompiledCode(join(folder, name), depth - 1))) return true;
  }
  return false;
}
