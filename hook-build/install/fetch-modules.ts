import { existsSync } from 'node:fs';
import type { WantedModule } from '../choose-modules.ts';
import { HookBuildError } from '../errors.ts';
import { MAX_SET_BYTES } from '../limits.ts';
import { lockModules } from './lock-modules.ts';
import type { LockedModule } from './locked-module.ts';
import { packageFileOf, writePackageFile } from './package-file.ts';
import { Registry } from './registry.ts';
import type { RegistrySettings } from './registry-settings.ts';
import { unpack } from './unpack.ts';

/** What a builder process that fetches is asked to do. */
export interface FetchRequest {
  install: Record<string, WantedModule>;
  settings: RegistrySettings;
  /** Of package files, made already. */
  folder: string;
}

/**
 * Fetches the modules that a hook needs, and all that those need.
 * @throws {HookBuildError}
 */
export async function fetchModules({ install, settings, folder }: FetchRequest): Promise<LockedModule[]> {
  const registry = new Registry(settings);
  const locked = await lockModules(install, registry);
  const wanted = [...new Map(locked.map((module) => [module.integrity, module])).values()];
  const missing = wanted.filter(({ integrity }) => !existsSync(packageFileOf(folder, integrity)));
  let bytes = 0;
  await Promise.all(
    missing.map(async ({ name, tarball, integrity }) => {
      const files = await unpack(await registry.tarball(name, tarball, integrity), name);
      for (const content of files.values()) bytes += content.length;
      if (bytes > MAX_SET_BYTES) {
        throw new HookBuildError('modules_too_large', 'the modules of the hook are too large for a build');
      }
      writePackageFile(packageFileOf(folder, integrity), files);
    }),
  );
  return locked;
}
