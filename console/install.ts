import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Installs the console's own packages when they are missing or not those of its lockfile: `node console/install.ts` */
const HERE = fileURLToPath(new URL('.', import.meta.url));
const MARK = `${HERE}node_modules/.hookmint-lockfile-sha256`;

/** @throws {Error} with what npm told. */
export function ensureInstalled(): void {
  const hash = createHash('sha256')
    .update(readFileSync(`${HERE}package-lock.json`))
    .digest('hex');
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === hash) return;
  const npm = process.env.npm_execpath;
  const options = { cwd: HERE, encoding: 'utf8', shell: npm === undefined && process.platform === 'win32' } as const;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr, error } =
    npm === undefined ? spawnSync('npm', args, options) : spawnSync(process.execPath, [npm, ...args], options);
  if (status !== 0) throw new Error(`npm ci failed in console/: ${error?.message ?? stderr.trim()}`);
  writeFileSync(MARK, hash);
}

if (import.meta.main) ensureInstalled();
