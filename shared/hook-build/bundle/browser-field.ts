import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { moduleOfFile } from '../module-name.ts';

/**
 * The `browser` field of package.json, obeyed for the libraries that stand in for Node only. Modules that a hook requires are
 * resolved as Node resolves them: what they have for browsers is often less than what they have for Node.
 */
export class BrowserField {
  #packages = new Map<string, Promise<BrowserPackage>>();

  /** What to take instead of a file: another file, or `false` for an empty module. */
  async insteadOf(path: string): Promise<string | false> {
    const module = moduleOfFile(path);
    if (module === undefined) return path;
    const { browser, main } = await this.#read(module.folder);
    const own = `./${relative(module.folder, path).split(sep).join('/')}`;
    const instead = typeof browser === 'string' ? (sameFile(own, main) ? browser : undefined) : lookUp(browser, own);
    // Readable.from works as it is, and its stand-in only throws.
    if (instead === undefined || (instead !== false && instead.endsWith('/from-browser.js'))) return path;
    return instead && join(module.folder, instead);
  }

  /** Whether the package that a file is in wants nothing of a module that it requires by name. */
  async leavesOut(importer: string, name: string): Promise<boolean> {
    const module = moduleOfFile(importer);
    if (module === undefined) return false;
    const { browser } = await this.#read(module.folder);
    return typeof browser === 'object' && browser[name] === false;
  }

  #read(folder: string): Promise<BrowserPackage> {
    let read = this.#packages.get(folder);
    if (read === undefined) {
      read = readFile(join(folder, 'package.json'), 'utf8').then((text) => BrowserPackage.parse(JSON.parse(text)));
      this.#packages.set(folder, read);
    }
    return read;
  }
}

const BrowserPackage = z.object({
  main: z.string().catch('./index.js'),
  browser: z.union([z.string(), z.record(z.string(), z.union([z.string(), z.literal(false)]))]).default({}),
});
type BrowserPackage = z.infer<typeof BrowserPackage>;

function lookUp(browser: Record<string, string | false>, file: string): string | false | undefined {
  const key = Object.keys(browser).find((candidate) => candidate.startsWith('.') && sameFile(file, candidate));
  return key === undefined ? undefined : browser[key];
}

function sameFile(file: string, written: string): boolean {
  const path = written.startsWith('./') ? written : `./${written}`;
  return file === path || file === `${path}.js` || file === `${path}/index.js`;
}
