import { posix } from 'node:path';
import { moduleOfFile } from '../module-name.ts';
import type { PackageJsons } from './file-set.ts';

/**
 * The `browser` field of package.json, obeyed for the libraries that stand in for Node only. Modules that a hook requires are
 * resolved as Node resolves them: what they have for browsers is often less than what they have for Node.
 */
export class BrowserField {
  readonly #packages: PackageJsons;

  constructor(packages: PackageJsons) {
    this.#packages = packages;
  }

  /** What to take instead of a file: another file, or `false` for an empty module. */
  insteadOf(path: string): string | false {
    const module = moduleOfFile(`/${path}`);
    if (module === undefined) return path;
    const folder = module.folder.slice(1);
    const { browser, main } = this.#read(folder);
    const own = `./${posix.relative(folder, path)}`;
    const instead = typeof browser === 'string' ? (sameFile(own, main) ? browser : undefined) : lookUp(browser, own);
    // Readable.from works as it is, and its stand-in only throws.
    if (instead === undefined || (instead !== false && instead.endsWith('/from-browser.js'))) return path;
    return instead && posix.join(folder, instead);
  }

  /** Whether the package that a file is in wants nothing of a module that it requires by name. */
  leavesOut(importer: string, name: string): boolean {
    const module = moduleOfFile(`/${importer}`);
    if (module === undefined) return false;
    const { browser } = this.#read(module.folder.slice(1));
    return typeof browser === 'object' && browser[name] === false;
  }

  #read(folder: string): { main: string; browser: string | BrowserMap } {
    const { main, browser = {} } = this.#packages.in(folder) ?? {};
    return { main: typeof main === 'string' ? main : './index.js', browser: browser as string | BrowserMap };
  }
}

type BrowserMap = Record<string, string | false>;

function lookUp(browser: BrowserMap, file: string): string | false | undefined {
  const key = Object.keys(browser).find((candidate) => candidate.startsWith('.') && sameFile(file, candidate));
  return key === undefined ? undefined : browser[key];
}

function sameFile(file: string, written: string): boolean {
  const path = written.startsWith('./') ? written : `./${written}`;
  return file === path || file === `${path}.js` || file === `${path}/index.js`;
}
