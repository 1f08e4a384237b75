import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { moduleOfFile } from '../module-name.ts';

/** One module that npm brought in. */
export interface InstalledModule {
  name: string;
  version: string;
  /** Subresource integrity as the registry gave it, such as `sha512-…`; empty when the registry gave none. */
  integrity: string;
}

export interface LockedModule extends InstalledModule {
  /** The folder, relative to the set's, with forward slashes. */
  folder: string;
  /** Whoever requires it lives without it. */
  optional: boolean;
}

const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      name: z.string().optional(),
      version: z.string().optional(),
      integrity: z.string().optional(),
      optional: z.boolean().optional(),
      devOptional: z.boolean().optional(),
    }),
  ),
});

/** What `package-lock.json` says is in `node_modules`. */
export async function readLockfile(folder: string): Promise<LockedModule[]> {
  const { packages } = Lockfile.parse(JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { name, version, integrity, optional, devOptional }]) => ({
      name: name ?? moduleOfFile(`/${path}`)?.name ?? path,
      version: version ?? '',
      integrity: integrity ?? '',
      folder: path,
      optional: optional === true || devOptional === true,
    }));
}

/** Each module once, sorted by name and version. */
export function distinctModules(locked: LockedModule[]): InstalledModule[] {
  const byKey = new Map(
    locked.map(({ name, version, integrity }) => [`${name}@${version}`, { name, version, integrity }]),
  );
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, module]) => module);
}
