import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from '../local/build-console.ts';
import { writeManifests } from './manifests.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What people read, and what their editors do. */
const AROUND = ['LICENSE', 'README.md', 'types/index.d.ts', 'types/runtime.d.ts', 'types/package.json'];

/** Of the application what is not compiled: guest code, templates, the bus's configuration. */
const COPIED = ['cli', 'deploy/local', 'deploy/nats/hookmint.conf', 'hook-build', 'services', 'console/dist'];

/**
 * Fills an empty folder with the npm package. The application is in `app/`, as JavaScript with source maps, laid out as a checkout is and
 * with a lockfile: at its first start it installs the very packages that it was tested with, by their hashes, and runs no script of theirs.
 * Dependencies of the package itself would be whatever is newest on the day, in an order that npm chooses.
 */
export async function makePackage(folder: string): Promise<void> {
  await buildConsole(new AbortController().signal);
  const app = join(folder, 'app');
  for (const path of AROUND) cpSync(join(ROOT, path), join(folder, path));
  for (const path of COPIED) cpSync(join(ROOT, path), join(app, path), { recursive: true, filter: isAsItIs });
  compile(app);
  writeManifests(ROOT, folder, app);
}

const isAsItIs = (file: string): boolean => !file.endsWith('.ts');

/** @throws {Error} with what the compiler told. */
function compile(folder: string): void {
  const args = [
    join(ROOT, 'node_modules/typescript/bin/tsc'),
    '--project',
    'tsconfig.package.json',
    '--outDir',
    folder,
  ];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the package does not compile:\n${stdout}`);
}
