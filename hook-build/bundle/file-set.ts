import { posix } from 'node:path';

/**
 * The files that a bundle may be made of, by paths of their own: `node_modules/lodash/get.js`. There are no others: a path is looked
 * up here, and is never one of this machine.
 */
export interface FileSet {
  has(path: string): boolean;
  /** Of a path that it has. */
  read(path: string): Buffer;
}

/** What package.json says, as its author wrote it. */
export interface PackageJson {
  name?: unknown;
  type?: unknown;
  main?: unknown;
  module?: unknown;
  browser?: unknown;
  exports?: unknown;
  imports?: unknown;
  sideEffects?: unknown;
}

/** Reads each package.json of a set once. */
export class PackageJsons {
  readonly #files: FileSet;
  readonly #known = new Map<string, PackageJson | undefined>();

  constructor(files: FileSet) {
    this.#files = files;
  }

  /** That of a folder; undefined where there is none, and empty where it is not an object. */
  in(folder: string): PackageJson | undefined {
    const path = posix.join(folder, 'package.json');
    if (!this.#known.has(path))
      this.#known.set(path, this.#files.has(path) ? parse(this.#files.read(path)) : undefined);
    return this.#known.get(path);
  }

  /** That of the module that a file is in, with its folder. */
  around(path: string): { folder: string; json: PackageJson } | undefined {
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) {
      if (posix.basename(folder) === 'node_modules') return undefined;
      const json = this.in(folder);
      if (json !== undefined) return { folder, json };
    }
    return undefined;
  }
}

function parse(content: Buffer): PackageJson {
  try {
    const json: unknown = JSON.parse(content.toString().replace(/^\uFEFF/, ''));
    return typeof json === 'object' && json !== null ? json : {};
  } catch {
    return {};
  }
}
