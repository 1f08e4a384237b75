import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { distinctModules, readLockfile, type InstalledModule } from './lockfile.ts';
import { nativeModules } from './native-modules.ts';
import { runNpm } from './npm-client.ts';
import { npmFailure } from './npm-failure.ts';

/** Modules resolved once and kept: the same request finds the same files again. */
export interface ModuleSet {
  /** Holds `node_modules`. */
  folder: string;
  modules: InstalledModule[];
  /** Folders of modules that need compiled code, relative to `folder`, with forward slashes. */
  native: string[];
  /** Of those, the ones that whoever requires them lives without. */
  optional: string[];
}

export interface ModuleSetOptions {
  /** Undefined: the one that npm is configured with. */
  registry: string | undefined;
  cacheDir: string;
  report: (line: string) => void;
}

const RECORD_FILE = 'set.json';
const FORMAT = 1;

const SetRecord = z.object({
  modules: z.array(z.object({ name: z.string(), version: z.string(), integrity: z.string() })),
  native: z.array(z.string()),
  optional: z.array(z.string()),
});

const NPM_INSTALL = [
  'install',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--package-lock',
  '--no-bin-links',
  '--no-workspaces',
  '--no-global',
  '--omit=dev',
  '--json',
  '--loglevel=error',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=2000',
  '--fetch-timeout=30000',
];

/**
 * Has npm resolve and fetch modules, or finds them as they were resolved before.
 * @param install name -> version, range or tag
 * @throws HookBuildError `module_unavailable`, `registry_unreachable`, `npm_missing`, `npm_failed`
 */
export async function obtainModules(install: Record<string, string>, options: ModuleSetOptions): Promise<ModuleSet> {
  const sets = join(options.cacheDir, 'hook-modules');
  const folder = join(sets, addressOf(install, options.registry));
  const known = await readSet(folder);
  if (known !== undefined) return known;

  const names = Object.entries(install).map(([name, version]) => `${name}@${version}`);
  options.report(`fetching ${names.join(', ')} with npm`);
  const temporary = join(sets, `.installing-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(temporary, { recursive: true });
  try {
    await installInto(temporary, install, options.registry);
    await rm(folder, { recursive: true, force: true });
    // When another process was faster, its copy is as good.
    await rename(temporary, folder).catch(async (error: unknown) => {
      if ((await readSet(folder)) === undefined) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  const set = await readSet(folder);
  if (set === undefined) throw new Error(`the modules cannot be read back from ${folder}`);
  return set;
}

async function installInto(
  folder: string,
  install: Record<string, string>,
  registry: string | undefined,
): Promise<void> {
  const description = { name: 'hook', version: '0.0.0', private: true, dependencies: install };
  await writeFile(join(folder, 'package.json'), JSON.stringify(description));
  const registryArgs = registry === undefined ? [] : [`--registry=${registry}`];
  const run = await runNpm(folder, [...NPM_INSTALL, `--prefix=${folder}`, ...registryArgs]);
  if (run.exitCode !== 0) throw npmFailure(run, install);

  const locked = await readLockfile(folder);
  const native = await nativeModules(folder, locked);
  const optional = locked.filter((module) => module.optional).map((module) => module.folder);
  const record: z.infer<typeof SetRecord> = {
    modules: distinctModules(locked),
    native,
    optional: native.filter((name) => optional.includes(name)),
  };
  await writeFile(join(folder, RECORD_FILE), JSON.stringify(record));
}

async function readSet(folder: string): Promise<ModuleSet | undefined> {
  try {
    return { folder, ...SetRecord.parse(JSON.parse(await readFile(join(folder, RECORD_FILE), 'utf8'))) };
  } catch {
    return undefined;
  }
}

function addressOf(install: Record<string, string>, registry: string | undefined): string {
  const wanted = JSON.stringify([FORMAT, Object.entries(install), registry ?? null]);
  return createHash('sha256').update(wanted).digest('hex').slice(0, 32);
}
