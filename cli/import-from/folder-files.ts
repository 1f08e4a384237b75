import { realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { FileSet } from '../../hook-build/bundle/file-set.ts';
import { MAX_BUNDLED_BYTES, MAX_BUNDLED_FILES } from '../../hook-build/limits.ts';
import { readRegularFile } from '../../shared/read-text-file.ts';
import { UsageError } from '../../shared/usage-error.ts';

/** The files of a folder that somebody else may have made: regular ones that are in it, however their paths are written; so many bytes in all. */
export class FolderFiles implements FileSet {
  readonly #folder: string;
  readonly #read = new Map<string, Buffer>();
  #bytes = 0;

  /** @param folder Its real path. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  has(path: string): boolean {
    return this.#real(path) !== undefined;
  }

  /** @throws {UsageError} */
  read(path: string): Buffer {
    const real = this.#real(path);
    if (real === undefined) throw new UsageError(`${path} is not in ${this.#folder}, or no regular file.`);
    const known = this.#read.get(real);
    if (known !== undefined) return known;
    const content = Buffer.from(readRegularFile(real, MAX_BUNDLED_BYTES));
    this.#bytes += content.length;
    this.#read.set(real, content);
    if (this.#bytes > MAX_BUNDLED_BYTES || this.#read.size > MAX_BUNDLED_FILES) {
      throw new UsageError(
        `The files that the code imports of ${this.#folder} are over ${String(MAX_BUNDLED_BYTES)} bytes.`,
      );
    }
    return content;
  }

  #real(path: string): string | undefined {
    try {
      const real = realpathSync(join(this.#folder, path));
      return real.startsWith(this.#folder + sep) && statSync(real).isFile() ? real : undefined;
    } catch {
      return undefined;
    }
  }
}
