import { cacheFolder } from '../../../shared/cache-folder.ts';
import { redrawnLine } from '../../../shared/terminal.ts';
import { lookUp } from './binary-cache.ts';
import { ServerUnavailableError, WayFailedError, systemCode } from './errors.ts';
import { fetchBinary } from './fetch-binary.ts';
import { findOnPath } from './on-path.ts';
import type { Report } from './progress.ts';
import { WAY_NAMES, type ObtainOptions, type ObtainedBinary, type ServerBinary } from './server-binary.ts';
import { binaryVersion, isAtLeast } from './version.ts';

/**
 * Finds a server's binary: on the PATH, in the cache, by the sources in their order. What is cached goes before the
 * network, whichever way it came: a start needs no network twice, and a data folder keeps its server's version.
 * @throws ServerUnavailableError when no way leads to one.
 */
export async function obtainBinary(server: ServerBinary, options: ObtainOptions): Promise<ObtainedBinary> {
  const { report, env = process.env, progressLine = redrawnLine() } = options;
  const failures: string[] = [];
  const onPath = await fromPath(server, env, report, failures);
  if (onPath) return onPath;

  const cacheDir = cacheFolder(env);
  const cached = await fromCache(server, cacheDir, report);
  if (cached) return cached;

  const failed = (what: string, error: unknown): void => {
    failures.push(`${what}: ${shortReason(error)}`);
    report(`${server.name}: ${what} failed: ${shortReason(error)}`);
  };
  const fetched = await fetchBinary(server, { cacheDir, context: { report, env, progressLine }, failed });
  if (fetched) return fetched;
  throw unavailable(server, failures);
}

async function fromPath(
  { name, minimumVersion }: ServerBinary,
  env: NodeJS.ProcessEnv,
  report: Report,
  failures: string[],
): Promise<ObtainedBinary | undefined> {
  const path = await findOnPath(name, env);
  if (path === undefined) {
    failures.push(`${WAY_NAMES.path}: not found`);
    return undefined;
  }
  try {
    const version = await binaryVersion(path);
    if (!isAtLeast(version, minimumVersion)) throw new WayFailedError(`${version} is older than ${minimumVersion}`);
    report(`${name} ${version}: on the PATH (${path})`);
    return { path, version, way: 'path' };
  } catch (error) {
    failures.push(`${WAY_NAMES.path}: ${shortReason(error)}`);
    report(`${name}: not used from the PATH (${path}): ${shortReason(error)}`);
    return undefined;
  }
}

async function fromCache(server: ServerBinary, cacheDir: string, report: Report): Promise<ObtainedBinary | undefined> {
  const { name, cachePlatform: platform } = server;
  const versions = new Set(server.sources.map(({ version }) => version));
  for (const version of versions) {
    const found = await lookUp(cacheDir, { name, version, platform });
    if (found.state === 'damaged') report(`${name} ${version}: the cached copy is damaged and is downloaded again`);
    if (found.state !== 'usable') continue;
    report(`${name} ${version}: from the cache`);
    return { path: found.path, version, way: found.way };
  }
  return undefined;
}

function shortReason(error: unknown): string {
  if (error instanceof WayFailedError) return error.message;
  if (systemCode(error) === 'ENOSPC') return 'no space is left on the disk';
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}

function unavailable({ name, ...server }: ServerBinary, failures: readonly string[]): ServerUnavailableError {
  return new ServerUnavailableError(
    server.unavailableCode,
    `${name} is not available here (${failures.join('; ')}): set ${server.urlVariable} to a running server, ` +
      `or install ${name} ${server.minimumVersion} or newer.`,
  );
}
