import { posix } from 'node:path';
import { exports as resolveExports, imports as resolveImports } from 'resolve.exports';
import { parseRequired } from '../module-name.ts';
import { PackageJsons, type FileSet, type PackageJson } from './file-set.ts';

const EXTENSIONS = ['', '.js', '.json', '.node', '.mjs', '.cjs', '.jsx', '.ts', '.tsx'];
const CONDITIONS = ['node', 'module'];

export type RequestKind = 'require' | 'import';

/** Resolves what a module requires, as Node does, among the files of a set. The result is always one of these files. */
export class Resolver {
  readonly #files: FileSet;
  readonly packages: PackageJsons;

  constructor(files: FileSet) {
    this.#files = files;
    this.packages = new PackageJsons(files);
  }

  /**
   * @param importer The file that requires; the empty text for what is in no module.
   * @returns Undefined when there is no such file.
   */
  resolve(text: string, importer: string, kind: RequestKind): string | undefined {
    const folder = importer === '' ? '.' : posix.dirname(importer);
    if (/^\.\.?(?:\/|$)/.test(text)) return this.#fileOrFolder(posix.join(folder, text), text.endsWith('/'));
    if (text.startsWith('#')) return this.#internal(text, importer, kind);
    return this.#module(text, importer, kind);
  }

  #module(text: string, importer: string, kind: RequestKind): string | undefined {
    const required = parseRequired(text);
    if (required === undefined || required.version !== undefined) return undefined;
    const { name, subpath } = required;
    const around = importer === '' ? undefined : this.packages.around(importer);
    if (around?.json.name === name && isMap(around.json.exports)) {
      return this.#exported(around.folder, around.json, `.${subpath}`, kind);
    }
    for (const modules of modulesFolders(importer)) {
      const folder = posix.join(modules, name);
      const json = this.packages.in(folder);
      if (json !== undefined && isMap(json.exports)) return this.#exported(folder, json, `.${subpath}`, kind);
      const found = this.#fileOrFolder(folder + subpath, subpath.endsWith('/'));
      if (found !== undefined) return found;
      if (json !== undefined) return undefined;
    }
    return undefined;
  }

  #exported(folder: string, json: PackageJson, entry: string, kind: RequestKind): string | undefined {
    try {
      const targets = [resolveExports(json as object, entry, options(kind)) ?? []].flat();
      return targets.map((target) => posix.join(folder, target)).find((path) => this.#files.has(path));
    } catch {
      // The module exports no such thing.
      return undefined;
    }
  }

  #internal(text: string, importer: string, kind: RequestKind): string | undefined {
    const around = this.packages.around(importer);
    if (around === undefined || !isMap(around.json.imports)) return undefined;
    let targets: string[];
    try {
      targets = [resolveImports(around.json as object, text, options(kind)) ?? []].flat();
    } catch {
      return undefined;
    }
    for (const target of targets) {
      const found = target.startsWith('./')
        ? this.#file(posix.join(around.folder, target))
        : this.#module(target, importer, kind);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #file(path: string): string | undefined {
    return this.#files.has(path) ? path : undefined;
  }

  #fileOrFolder(path: string, onlyFolder: boolean): string | undefined {
    const trimmed = path.replace(/\/+$/, '');
    return (onlyFolder ? undefined : this.#asFile(trimmed)) ?? this.#asFolder(trimmed);
  }

  #asFile(path: string): string | undefined {
    return EXTENSIONS.map((extension) => path + extension).find((candidate) => this.#files.has(candidate));
  }

  #asFolder(folder: string): string | undefined {
    const json = this.packages.in(folder);
    for (const main of [json?.main, json?.module]) {
      if (typeof main !== 'string' || main === '') continue;
      const path = posix.join(folder, main);
      const found = this.#asFile(path.replace(/\/+$/, '')) ?? this.#asFile(posix.join(path, 'index'));
      if (found !== undefined) return found;
    }
    return this.#asFile(posix.join(folder, 'index'));
  }
}

function options(kind: RequestKind): { unsafe: true; conditions: string[] } {
  return { unsafe: true, conditions: [kind, ...CONDITIONS] };
}

/** Whether a module decides itself what of it can be required. */
function isMap(exportsOrImports: unknown): boolean {
  return exportsOrImports !== undefined && exportsOrImports !== null;
}

/** Each `node_modules` that a file's requires are looked for in, the innermost first. */
function* modulesFolders(importer: string): Iterable<string> {
  for (let folder = posix.dirname(importer); folder !== '.'; folder = posix.dirname(folder)) {
    if (posix.basename(folder) !== 'node_modules') yield posix.join(folder, 'node_modules');
  }
  yield 'node_modules';
}
