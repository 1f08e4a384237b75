import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { FileSet } from './file-set.ts';
import { LIBRARY_FOLDER, SHIMS_FOLDER } from './core-modules.ts';

const SHIMS = 'shims/';
const LIBRARY = 'node_modules/';

/**
 * What stands in for Node's modules: the shims, the libraries under them and what those need. Each folder's files are listed once; a path
 * that is not in the list is not a file.
 */
export class CoreFiles implements FileSet {
  readonly #files = new Map<string, string>();
  readonly #listed = new Set<string>();
  readonly #packages = libraryPackages();

  has(path: string): boolean {
    this.#listAround(path);
    return this.#files.has(path);
  }

  read(path: string): Buffer {
    this.#listAround(path);
    const file = this.#files.get(path);
    if (file === undefined) throw new Error(`no such file in the modules of Node: ${path}`);
    return readFileSync(file);
  }

  #listAround(path: string): void {
    if (path.startsWith(SHIMS)) this.#list(SHIMS_FOLDER, 'shims');
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
    if (name !== undefined && this.#packages.has(name)) this.#list(join(LIBRARY_FOLDER, name), LIBRARY + name);
  }

  #list(folder: string, as: string): void {
    if (this.#listed.has(as)) return;
    this.#listed.add(as);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      this.#files.set(`${as}/${relative(folder, file).split(sep).join('/')}`, file);
    }
  }
}

const LIBRARIES = ['node-stdlib-browser', 'readable-stream', 'unenv'];

/** The names in `node_modules` of the libraries and of all that they depend on. */
function libraryPackages(): ReadonlySet<string> {
  const folders = new Set<string>();
  const waiting = LIBRARIES.map((name) => join(LIBRARY_FOLDER, name));
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (folders.has(folder)) continue;
    folders.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) waiting.push(installedFor(folder, name));
  }
  return new Set([...folders].map((folder) => nameOf(relative(LIBRARY_FOLDER, folder))));
}

/** Where a package finds another one that it depends on: in its own `node_modules` or in one further out. */
function installedFor(folder: string, name: string): string {
  for (let holder = folder; holder !== LIBRARY_FOLDER; holder = dirname(holder)) {
    const own = join(holder, 'node_modules', name);
    if (existsSync(join(own, 'package.json'))) return own;
  }
  return join(LIBRARY_FOLDER, name);
}

function nameOf(path: string): string {
  const [first = '', second = ''] = path.split(sep);
  return first.startsWith('@') ? `${first}/${second}` : first;
}
