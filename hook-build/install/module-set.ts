import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ownModule } from '../../shared/own-module.ts';
import type { Wall } from '../../shared/process-wall/wall.ts';
import type { WantedModule } from '../choose-modules.ts';
import { FETCH_TIMEOUT_MS, MAX_CACHE_BYTES, MAX_CACHE_FILES } from '../limits.ts';
import { Builder } from '../process/builder.ts';
import { keepInCache, makeRoom } from './cache-room.ts';
import type { FetchRequest } from './fetch-modules.ts';
import { LockedModule } from './locked-module.ts';
import { packageFileOf } from './package-file.ts';
import { readNpmConfiguration } from './read-registry-settings.ts';

const FETCHER = ownModule('../process/fetcher', import.meta.url);
const FORMAT = 2;

export interface ModuleSetOptions {
  /** Undefined: the one that npm is configured with. */
  registry: string | undefined;
  cacheDir: string;
  report: (line: string) => void;
  wall: Wall;
}

const Modules = z.array(LockedModule);

/** Sets that are being fetched, by the file that they are recorded in. */
const underWay = new Map<string, Promise<LockedModule[]>>();

/** Where the files of modules are kept. It has to be there when a process is given the right to read it. */
export async function packagesFolder(cacheDir: string): Promise<string> {
  const folder = join(cacheDir, 'hook-packages');
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Keeps the files of modules while they are bundled. */
export async function withModules<T>(
  modules: readonly LockedModule[],
  folder: string,
  work: () => Promise<T>,
): Promise<T> {
  const release = keepInCache(modules.map(({ integrity }) => packageFileOf(folder, integrity)));
  try {
    return await work();
  } finally {
    release();
  }
}

/**
 * Has modules resolved and fetched once, or finds them as they were resolved before: the same request finds the same files again.
 * Whoever asks while a set is being fetched gets that one.
 * @throws {HookBuildError}
 */
export async function obtainModules(
  install: Record<string, WantedModule>,
  options: ModuleSetOptions,
): Promise<LockedModule[]> {
  const record = join(options.cacheDir, 'hook-sets', `${addressOf(install, options.registry)}.json`);
  const known = underWay.has(record) ? undefined : await readSet(record, await packagesFolder(options.cacheDir));
  if (known !== undefined) return known;
  const fetching = underWay.get(record) ?? fetchSet(record, install, options).finally(() => underWay.delete(record));
  underWay.set(record, fetching);
  return fetching;
}

async function fetchSet(
  record: string,
  install: Record<string, WantedModule>,
  { registry, cacheDir, report, wall }: ModuleSetOptions,
): Promise<LockedModule[]> {
  report(
    `fetching ${Object.values(install)
      .map(({ name, version }) => `${name}@${version}`)
      .join(', ')}`,
  );
  const { settings, environment } = readNpmConfiguration(registry);
  const folder = await packagesFolder(cacheDir);
  const records = dirname(record);
  await mkdir(records, { recursive: true });
  await makeRoom([folder, records], { maxBytes: MAX_CACHE_BYTES, maxFiles: MAX_CACHE_FILES });
  const fetcher = new Builder(FETCHER, { network: true, packages: folder, environment, wall });
  try {
    const request: FetchRequest = { install, settings, folder };
    const modules = await fetcher.ask(request, Modules, FETCH_TIMEOUT_MS);
    const temporary = `${record}.${randomBytes(4).toString('hex')}`;
    await writeFile(temporary, JSON.stringify(modules), { flag: 'wx' });
    await rename(temporary, record);
    return modules;
  } finally {
    fetcher.end();
  }
}

async function readSet(record: string, folder: string): Promise<LockedModule[] | undefined> {
  try {
    const modules = Modules.parse(JSON.parse(await readFile(record, 'utf8')));
    return modules.every(({ integrity }) => existsSync(packageFileOf(folder, integrity))) ? modules : undefined;
  } catch {
    return undefined;
  }
}

function addressOf(install: Record<string, WantedModule>, registry: string | undefined): string {
  const wanted = JSON.stringify([FORMAT, Object.entries(install), registry ?? null]);
  return createHash('sha256').update(wanted).digest('hex').slice(0, 32);
}
