import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOOK_FILE } from '../scan-hook.ts';
import { LIBRARY_FOLDER, SHIMS_FOLDER } from './core-modules.ts';

/** The file that a bundle begins with. */
export const ENTRY_FILE = 'entry.js';

/**
 * One folder with everything that a bundle is made of, so that no path in the bundle or its source map tells where anything lies
 * on this machine: the hook, its modules in `node_modules`, and in `core` what stands in for Node.
 */
export async function inWorkFolder<T>(
  files: { entry: string; hook: string; modules: string | undefined },
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hookmint-build-'));
  try {
    const core = join(folder, 'core');
    await mkdir(core);
    await Promise.all([
      // Ends the search for the package.json that says what kind of module a file is.
      writeFile(join(folder, 'package.json'), '{}'),
      writeFile(join(folder, ENTRY_FILE), files.entry),
      writeFile(join(folder, HOOK_FILE), files.hook),
      symlink(LIBRARY_FOLDER, join(core, 'node_modules'), 'junction'),
      symlink(SHIMS_FOLDER, join(core, 'shims'), 'junction'),
      files.modules === undefined
        ? undefined
        : symlink(join(files.modules, 'node_modules'), join(folder, 'node_modules'), 'junction'),
    ]);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
