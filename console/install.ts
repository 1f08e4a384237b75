import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Installs the console's own packages when they are missing or not those of its lockfile: `node console/install.ts` */
const HERE = fileURLToPath(new URL('.', import.meta.url));

/**
 * @param folder With a package.json and a lockfile of its own, ending with a slash.
 * @throws {Error} with what npm told.
 */
export function ensureInstalled(folder = HERE): void {
  const mark = `${folder}node_modules/.hookmint-lockfile-sha256`;
  const hash = createHash('sha256')
    .update(readFileSync(`${folder}package-lock.json`))
    .digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === hash) return;
  const npm = process.env.npm_execpath;
  const options = { cwd: folder, encoding: 'utf8', shell: npm === undefined && process.platform === 'win32' } as const;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr, error } =
    npm === undefined ? spawnSync('npm', args, options) : spawnSync(process.execPath, [npm, ...args], options);
  if (status !== 0) throw new Error(`npm ci failed in ${folder}: ${error?.message ?? stderr.trim()}`);
  writeFileSync(mark, hash);
}

if (import.meta.main) ensureInstalled();
