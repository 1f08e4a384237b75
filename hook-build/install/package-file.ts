import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LENGTH_BYTES = 8;
const ENDING = '.package';

/** The files of one module, by their path in it. */
export type PackageFiles = ReadonlyMap<string, Buffer>;

/** Place and length of each file's bytes, by its path. */
type PackageIndex = Record<string, [startByte: number, lengthBytes: number]>;

/**
 * Where a module lies: one file for all of its files, named after its integrity. No name that a module gives is ever the name of
 * a file on this machine.
 */
export function packageFileOf(folder: string, integrity: string): string {
  return join(folder, createHash('sha256').update(integrity).digest('hex') + ENDING);
}

/** Writes the files of a module: either all of them are there afterwards, or none. */
export function writePackageFile(file: string, files: PackageFiles): void {
  const index: [path: string, place: PackageIndex[string]][] = [];
  let end = 0;
  for (const [path, content] of files) {
    index.push([path, [end, content.length]]);
    end += content.length;
  }
  const head = Buffer.from(JSON.stringify(Object.fromEntries(index)));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(head.length));
  const temporary = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(temporary, Buffer.concat([length, head, ...files.values()]), { flag: 'wx' });
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Reads a module that {@link writePackageFile} wrote. */
export class PackageFile {
  readonly #file: string;
  readonly #index: ReadonlyMap<string, [startByte: number, lengthBytes: number]>;
  readonly #contentsStart: number;

  constructor(file: string) {
    this.#file = file;
    const descriptor = openSync(file, 'r');
    try {
      const headLength = Number(readAt(descriptor, 0, LENGTH_BYTES).readBigUInt64LE());
      const head = readAt(descriptor, LENGTH_BYTES, headLength).toString();
      this.#index = new Map(Object.entries(JSON.parse(head) as PackageIndex));
      this.#contentsStart = LENGTH_BYTES + headLength;
    } finally {
      closeSync(descriptor);
    }
  }

  paths(): Iterable<string> {
    return this.#index.keys();
  }

  has(path: string): boolean {
    return this.#index.has(path);
  }

  read(path: string): Buffer | undefined {
    const place = this.#index.get(path);
    if (place === undefined) return undefined;
    const descriptor = openSync(this.#file, 'r');
    try {
      return readAt(descriptor, this.#contentsStart + place[0], place[1]);
    } finally {
      closeSync(descriptor);
    }
  }
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const read = readSync(descriptor, bytes, done, length - done, position + done);
    if (read === 0) throw new Error('a module in the cache has been cut');
    done += read;
  }
  return bytes;
}
