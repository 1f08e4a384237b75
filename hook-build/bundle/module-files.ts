import type { LockedModule } from '../install/locked-module.ts';
import { needsCompiledCode } from '../install/native-modules.ts';
import { packageFileOf, PackageFile } from '../install/package-file.ts';
import type { FileSet } from './file-set.ts';

/** The files of a hook's modules, each in its place below `node_modules`. */
export class ModuleFiles implements FileSet {
  readonly #modules: ReadonlyMap<string, LockedModule>;
  readonly #folder: string;
  readonly #opened = new Map<string, PackageFile>();
  readonly #native = new Map<string, boolean>();

  /** @param folder Of package files. */
  constructor(modules: readonly LockedModule[], folder: string) {
    this.#modules = new Map(modules.map((module) => [module.folder, module]));
    this.#folder = folder;
  }

  has(path: string): boolean {
    const place = this.#find(path);
    return place !== undefined && this.#open(place.module).has(place.rest);
  }

  read(path: string): Buffer {
    const place = this.#find(path);
    const content = place && this.#open(place.module).read(place.rest);
    if (content === undefined) throw new Error(`no such file in the modules: ${path}`);
    return content;
  }

  /** The module that a file is in. */
  moduleOf(path: string): LockedModule | undefined {
    return this.#find(path)?.module;
  }

  isNative(module: LockedModule): boolean {
    let native = this.#native.get(module.integrity);
    if (native === undefined) {
      native = needsCompiledCode(this.#open(module).paths());
      this.#native.set(module.integrity, native);
    }
    return native;
  }

  /** The innermost module whose folder a path is in; modules may bring a `node_modules` of their own. */
  #find(path: string): { module: LockedModule; rest: string } | undefined {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const module = this.#modules.get(path.slice(0, end));
      if (module !== undefined) return { module, rest: path.slice(end + 1) };
    }
    return undefined;
  }

  #open({ integrity }: LockedModule): PackageFile {
    let file = this.#opened.get(integrity);
    if (file === undefined) {
      file = new PackageFile(packageFileOf(this.#folder, integrity));
      this.#opened.set(integrity, file);
    }
    return file;
  }
}
