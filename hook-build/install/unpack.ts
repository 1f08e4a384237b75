import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Readable, Transform } from 'node:stream';
import { Parser, type ReadEntry } from 'tar';
import { HookBuildError } from '../errors.ts';
import { MAX_FILES, MAX_NAME_LENGTH, MAX_PATH_DEPTH, MAX_PATH_LENGTH, MAX_UNPACKED_BYTES } from '../limits.ts';
import type { PackageFiles } from './package-file.ts';

const REGULAR_FILES: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile']);
const MAX_HEADER_BYTES = 64 * 1024;
/** How what is compressed by gzip begins; the parser would go on and unpack that too, past every bound. */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
// A tar archive has a header of 512 bytes for each file, and rounds its length up to that.
const MAX_ARCHIVE_BYTES = MAX_UNPACKED_BYTES + MAX_FILES * 1024;

/**
 * The regular files of a module's tarball, without the folder that all of them are in. Links, devices and the like are left out.
 *
 * @param name Of the module, for the error.
 * @throws {HookBuildError} `module_damaged`, `modules_too_large`
 */
export async function unpack(tarball: Buffer, name: string): Promise<PackageFiles> {
  const files = new Map<string, Buffer>();
  const spellings = new Map<string, string>();
  let bytes = 0;
  let entries = 0;
  const state: { refused?: HookBuildError } = {};
  const parser = new Parser({
    strict: true,
    brotli: false,
    zstd: false,
    maxMetaEntrySize: MAX_HEADER_BYTES,
    onReadEntry: (entry) => {
      bytes += entry.size;
      const path = pathInside(entry.path);
      const spelling = path?.normalize('NFC').toLowerCase() ?? '';
      if (++entries > MAX_FILES || bytes > MAX_UNPACKED_BYTES) state.refused ??= tooLarge(name);
      else if (path === undefined) state.refused ??= damaged(name, 'it has an invalid name');
      else if (REGULAR_FILES.has(entry.type) && path !== '') {
        if ((spellings.get(spelling) ?? path) !== path) {
          state.refused ??= damaged(name, `it has "${path}" twice, spelled differently`);
        }
        spellings.set(spelling, path);
        if (state.refused === undefined) {
          keep(entry, path);
          return;
        }
      }
      entry.resume();
    },
  });
  const keep = (entry: ReadEntry, path: string): void => {
    const chunks: Buffer[] = [];
    entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    entry.on('end', () => files.set(path, Buffer.concat(chunks)));
  };

  try {
    await pipeline(Readable.from([tarball]), createGunzip(), atMost(MAX_ARCHIVE_BYTES, name), async (archive) => {
      let isFirst = true;
      for await (const chunk of archive as AsyncIterable<Buffer>) {
        if (isFirst && GZIP_MAGIC.equals(chunk.subarray(0, GZIP_MAGIC.length))) {
          throw damaged(name, 'it is compressed more than once');
        }
        isFirst = false;
        parser.write(chunk);
        if (state.refused !== undefined) throw state.refused;
      }
      await new Promise<void>((resolve, reject) => {
        parser.on('end', resolve);
        parser.on('error', reject);
        parser.end();
      });
    });
  } catch (error) {
    if (error instanceof HookBuildError) throw error;
    throw damaged(name, 'it is not an archive of npm', error);
  }
  if (state.refused !== undefined) throw state.refused;
  return files;
}

/** The path in the module, empty for what is not a file in it; undefined where it leads out of it or is not a path to rely on. */
function pathInside(path: string): string | undefined {
  if (path.length > MAX_PATH_LENGTH || /^[/\\]|^[a-z]:|[\0-\x1f\x7f\\]/i.test(path)) return undefined;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length > MAX_PATH_DEPTH) return undefined;
  if (parts.some((part) => part === '..' || Buffer.byteLength(part) > MAX_NAME_LENGTH)) return undefined;
  return parts.slice(1).join('/');
}

function atMost(maxBytes: number, name: string): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(tooLarge(name));
      else done(null, chunk);
    },
  });
}

function damaged(name: string, why: string, cause?: unknown): HookBuildError {
  return new HookBuildError('module_damaged', `the tarball of the module "${name}" cannot be used: ${why}`, {
    module: name,
    cause,
  });
}

function tooLarge(name: string): HookBuildError {
  const message = `the module "${name}" has more files or bytes than a hook's module may have`;
  return new HookBuildError('modules_too_large', message, { module: name });
}
