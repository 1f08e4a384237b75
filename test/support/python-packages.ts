import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../shared/cache-folder.ts';

const INSTALL_TIMEOUT_MS = 240_000;

/**
 * Packages of PyPI, each at one version, in a Python environment below the cache folder that is made when it is not there.
 *
 * @param requirementsFile Names all of them: nothing else is installed.
 * @param name Of the environment's folder.
 * @returns The folder of its programs; or why they cannot be had, where there is no Python of a version that they run on, or no PyPI.
 */
export function pythonPackages(requirementsFile: string, name: string): { bin: string } | { missing: string } {
  const python = run('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))']);
  if (python.status !== 0) return { missing: 'there is no python3 of version 3.10 or later, with venv' };
  const hash = createHash('sha256').update(readFileSync(requirementsFile)).digest('hex').slice(0, 16);
  const folder = join(cacheFolder(), `${name}-${hash}`);
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return { bin: join(folder, 'bin') };
  // Half an environment of a run that was broken off.
  rmSync(folder, { recursive: true, force: true });
  const made = run('python3', ['-m', 'venv', folder]);
  if (made.status !== 0) return { missing: `python3 makes no environment: ${made.stderr}` };
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
  const installed = run(join(folder, 'bin', 'python'), [...pip, '--requirement', requirementsFile]);
  if (installed.status !== 0) return { missing: `pip does not install them: ${installed.stderr.slice(-500)}` };
  writeFileSync(`${complete}.new`, '');
  renameSync(`${complete}.new`, complete);
  return { bin: join(folder, 'bin') };
}

function run(command: string, args: string[]) {
  return spawnSync(command, args, { encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS });
}
