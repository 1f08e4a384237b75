import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { note } from '../../../shared/terminal.ts';
import { messageOf } from '../../../shared/errors.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Beside the packages: a process that can write here can change the code too. */
const ALL = join(ROOT, 'node_modules/.cache/hookmint-programs');
const SOURCES = ['cli', 'deploy/local', 'hook-build', 'services', 'shared'];
const USED_INTERVAL_MS = 60_000;
/** What nobody has used for so long is of sources that are no more. */
const UNUSED_MS = 3_600_000;

/**
 * The folder with a file for each program of hookmint, made of the sources as they are now if it is not there; undefined where none can be
 * made. It stays while this process lives.
 */
export async function programsFolder(): Promise<string | undefined> {
  try {
    const folder = join(ALL, sourcesHash());
    if (!existsSync(folder)) {
      mkdirSync(ALL, { recursive: true });
      const { compilePrograms } = await import('./compile.ts');
      await compilePrograms(ROOT, folder);
      removeUnused();
    }
    keepUsed(folder);
    return folder;
  } catch (error) {
    note(`hookmint: its programs run from their sources and start slower: ${messageOf(error)}`);
    return undefined;
  }
}

function sourcesHash(): string {
  const hash = createHash('sha256').update(`${process.version} ${ROOT}`);
  const files = SOURCES.flatMap((folder) =>
    (readdirSync(join(ROOT, folder), { recursive: true }) as string[])
      .filter((name) => /\.(?:js|ts)$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  for (const file of ['package-lock.json', ...files.sort()]) {
    const content = readFileSync(join(ROOT, file));
    hash.update(`\n${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

function keepUsed(folder: string): void {
  const use = (): void => {
    try {
      const now = new Date();
      utimesSync(folder, now, now);
    } catch {
      // Somebody has removed it; what runs has been read.
    }
  };
  use();
  setInterval(use, USED_INTERVAL_MS).unref();
}

function removeUnused(): void {
  for (const name of readdirSync(ALL)) {
    const folder = join(ALL, name);
    const usedMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - usedMs > UNUSED_MS) rmSync(folder, { recursive: true, force: true });
  }
}
