import { spawnSync } from 'node:child_process';

/**
 * Runs npm; the one that runs this, if it is npm that does.
 *
 * @returns What it printed.
 * @throws {Error} with what it told, when it failed.
 */
export function runNpm(cwd: string, ...args: string[]): string {
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm === undefined ? ['npm'] : [process.execPath, npm];
  const shell = npm === undefined && process.platform === 'win32';
  const { status, stdout, stderr, error } = spawnSync(command, [...first, ...args], { cwd, encoding: 'utf8', shell });
  if (status !== 0) throw new Error(`npm ${args[0] ?? ''} failed: ${error?.message ?? stderr.trim()}`);
  return stdout;
}
