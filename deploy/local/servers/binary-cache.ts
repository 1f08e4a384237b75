import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { makeFolder } from '../../../shared/make-folder.ts';
import { WayFailedError, systemCode } from './errors.ts';
import { executableName } from './on-path.ts';
import { sha256OfFile } from './sha256.ts';

/** One cached binary: a folder `<name>-<version>-<platform>` with the binary and `binary.json` in it. */
export interface CacheKey {
  name: string;
  version: string;
  platform: string;
}

/** What `binary.json` holds. */
export interface CacheRecord {
  sha256: string;
  way: 'download' | 'wheel';
}

/** What `checked.json` holds: the file that last had its SHA-256, as the file system tells it. */
type Checked = { ino: number; size: number; mtimeMs: number; ctimeMs: number };

export type CacheLookup =
  { state: 'absent' } | { state: 'damaged' } | { state: 'usable'; path: string; way: CacheRecord['way'] };

const RECORD_FILE = 'binary.json';
const CHECKED_FILE = 'checked.json';
const TEMPORARY_PREFIX = '.fetching-';
const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Looks a binary up and checks it against the SHA-256 recorded when it was stored: once, and again when the file system tells of a change,
 * as reading all of mongod takes a fifth of a second of each start.
 */
export async function lookUp(cacheDir: string, key: CacheKey): Promise<CacheLookup> {
  const folder = join(cacheDir, folderName(key));
  try {
    await access(folder);
  } catch {
    return { state: 'absent' };
  }
  try {
    const path = join(folder, executableName(key.name));
    const { sha256, way } = JSON.parse(await readFile(join(folder, RECORD_FILE), 'utf8')) as CacheRecord;
    const now = await toldOf(path);
    if (await isChecked(folder, now)) return { state: 'usable', path, way };
    if ((await sha256OfFile(path)) !== sha256) return { state: 'damaged' };
    await noteChecked(folder, now);
    return { state: 'usable', path, way };
  } catch {
    return { state: 'damaged' };
  }
}

async function toldOf(path: string): Promise<Checked> {
  const { ino, size, mtimeMs, ctimeMs } = await stat(path);
  return { ino, size, mtimeMs, ctimeMs };
}

async function isChecked(folder: string, now: Checked): Promise<boolean> {
  try {
    return isDeepStrictEqual(JSON.parse(await readFile(join(folder, CHECKED_FILE), 'utf8')), now);
  } catch {
    return false;
  }
}

async function noteChecked(folder: string, now: Checked): Promise<void> {
  try {
    const written = join(folder, `${CHECKED_FILE}.${randomBytes(4).toString('hex')}`);
    await writeFile(written, `${JSON.stringify(now)}\n`, { mode: 0o600 });
    await rename(written, join(folder, CHECKED_FILE));
  } catch {
    // A cache that cannot be written is checked each time.
  }
}

/** A fresh folder in the cache to fetch into; the caller removes it. Folders that a killed process left are swept. */
export async function temporaryFolder(cacheDir: string): Promise<string> {
  try {
    makeFolder(cacheDir, 0o700);
    await sweep(cacheDir);
    const folder = join(cacheDir, `${TEMPORARY_PREFIX}${process.pid}-${randomBytes(4).toString('hex')}`);
    await mkdir(folder);
    return folder;
  } catch (cause) {
    const code = systemCode(cause) ?? String(cause);
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    const problem = full ? 'has no space left on its disk' : `cannot be written (${code})`;
    throw new WayFailedError(`the cache folder ${cacheDir} ${problem}`, { cause });
  }
}

/**
 * Moves a fetched binary into the cache, in one step. When another process was faster, its copy is as good and stays.
 * @param fetched `binary` lies in `folder`, which lies in a {@link temporaryFolder}.
 */
export async function store(
  cacheDir: string,
  key: CacheKey,
  fetched: { folder: string; binary: string; way: CacheRecord['way'] },
): Promise<string> {
  const entry = join(fetched.folder, 'entry');
  const binary = join(entry, executableName(key.name));
  await mkdir(entry);
  await rename(fetched.binary, binary);
  const record: CacheRecord = { sha256: await sha256OfFile(binary), way: fetched.way };
  await writeFile(join(entry, RECORD_FILE), `${JSON.stringify(record)}\n`);

  const target = join(cacheDir, folderName(key));
  const current = await lookUp(cacheDir, key);
  if (current.state === 'damaged') await rename(target, join(fetched.folder, 'damaged'));
  if (current.state !== 'usable') await publish(entry, target, cacheDir, key);
  return join(target, executableName(key.name));
}

async function publish(entry: string, target: string, cacheDir: string, key: CacheKey): Promise<void> {
  try {
    await rename(entry, target);
  } catch (error) {
    if ((await lookUp(cacheDir, key)).state !== 'usable') throw error;
  }
}

async function sweep(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith(TEMPORARY_PREFIX)) continue;
    const folder = join(cacheDir, name);
    const age = await stat(folder).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > STALE_AFTER_MS) await rm(folder, { recursive: true, force: true });
  }
}

function folderName({ name, version, platform }: CacheKey): string {
  return `${name}-${version}-${platform}`;
}
