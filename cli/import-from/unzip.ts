import { closeSync, constants, createWriteStream, fstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { messageOf } from '../../shared/errors.ts';
import { UsageError } from '../../shared/usage-error.ts';

/** Lambda's own limits are 50 MB for what is uploaded and 250 MB for what it unpacks to. */
const MAX_ZIP_BYTES = 268_435_456;
const MAX_UNPACKED_BYTES = 268_435_456;
const MAX_ENTRIES = 50_000;
const MAX_NAME_LENGTH = 512;

/** POSIX's kind of a file, in the upper half of what a zip of Unix has as external attributes. */
const KIND_MASK = 0o170000;
const REGULAR = 0o100000;
/** Modules come from the registry, by name and version. */
const MODULES = /(?:^|\/)node_modules\//;

/**
 * Unpacks a zip that somebody else made into an empty folder: regular files below it, and nothing that is more than a Lambda may have.
 *
 * @throws {UsageError}
 */
export async function unzip(file: string, folder: string): Promise<void> {
  const fd = openRegular(file);
  let zip: ZipFile;
  try {
    zip = await yauzl.fromFdPromise(fd, { autoClose: false, strictFileNames: true });
  } catch (error) {
    closeSync(fd);
    throw unusable(file, messageOf(error));
  }
  try {
    await unpackAll(zip, folder);
  } catch (error) {
    throw unusable(file, messageOf(error));
  } finally {
    zip.close();
  }
}

function openRegular(file: string): number {
  // A pipe would be waited for.
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = fstatSync(fd);
  if (stats.isFile() && stats.size <= MAX_ZIP_BYTES) return fd;
  closeSync(fd);
  throw unusable(file, `it is no file, or over ${String(MAX_ZIP_BYTES)} bytes`);
}

async function unpackAll(zip: ZipFile, folder: string): Promise<void> {
  if (zip.entryCount > MAX_ENTRIES) throw new Error(`it has over ${String(MAX_ENTRIES)} files`);
  let leftBytes = MAX_UNPACKED_BYTES;
  for await (const entry of zip.eachEntry()) {
    if (!isTaken(entry)) continue;
    // What unpacks to something else than it says is an error of its stream.
    leftBytes -= entry.uncompressedSize;
    if (leftBytes < 0) throw new Error(`it unpacks to over ${String(MAX_UNPACKED_BYTES)} bytes`);
    const path = join(folder, entry.fileName);
    mkdirSync(dirname(path), { recursive: true });
    // Never over, or through, what an earlier entry left.
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  }
}

function isTaken({ fileName, externalFileAttributes }: Entry): boolean {
  if (fileName.length > MAX_NAME_LENGTH) throw new Error('it has a name that is too long');
  const kind = (externalFileAttributes >>> 16) & KIND_MASK;
  // Made elsewhere than on Unix it has none.
  const isRegular = kind === 0 || kind === REGULAR;
  return isRegular && !fileName.endsWith('/') && !MODULES.test(fileName);
}

const unusable = (file: string, reason: string): UsageError => new UsageError(`${file} cannot be unpacked: ${reason}.`);
