import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { store, temporaryFolder } from './binary-cache.ts';
import type { DownloadContext } from './download.ts';
import { WAY_NAMES, type BinarySource, type ObtainedBinary, type ServerBinary } from './server-binary.ts';
import { binaryVersion } from './version.ts';

export interface FetchOptions {
  cacheDir: string;
  context: DownloadContext;
  /** Called with what did not work, and why. */
  failed: (what: string, error: unknown) => void;
}

/** Fetches a binary into the cache by the first source that works; undefined when none does. */
export async function fetchBinary(server: ServerBinary, options: FetchOptions): Promise<ObtainedBinary | undefined> {
  const { cacheDir, failed } = options;
  let folder: string | undefined;
  try {
    folder = await temporaryFolder(cacheDir);
    return await firstThatWorks(server, folder, options);
  } catch (error) {
    failed('cache', error);
    return undefined;
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function firstThatWorks(
  server: ServerBinary,
  folder: string,
  options: FetchOptions,
): Promise<ObtainedBinary | undefined> {
  for (const source of server.sources) {
    try {
      return await fromSource(server, source, folder, options);
    } catch (error) {
      options.failed(WAY_NAMES[source.way], error);
    }
  }
  return undefined;
}

async function fromSource(
  { name, cachePlatform: platform }: ServerBinary,
  { way, version, fetch }: BinarySource,
  folder: string,
  { cacheDir, context }: FetchOptions,
): Promise<ObtainedBinary> {
  const own = join(folder, way);
  await mkdir(own);
  const binary = await fetch(own, context);
  await chmod(binary, 0o755);
  await binaryVersion(binary);
  const path = await store(cacheDir, { name, version, platform }, { folder: own, binary, way });
  context.report(`${name} ${version}: ${WAY_NAMES[way]}`);
  return { path, version, way };
}
