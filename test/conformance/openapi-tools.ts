import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../shared/cache-folder.ts';

/** schemathesis, openapi-spec-validator and all they need, each at one version. */
const REQUIREMENTS = fileURLToPath(new URL('openapi-requirements.txt', import.meta.url));
const INSTALL_TIMEOUT_MS = 240_000;

export type OpenapiTools = { schemathesis: string; specValidator: string };

/**
 * The tools from PyPI that check OpenAPI documents, in a Python environment below the cache folder that is made when it is not there.
 *
 * @returns Why they cannot be had, where there is no Python of a version that they run on, or no PyPI.
 */
export function openapiTools(): OpenapiTools | { missing: string } {
  const requirements = readFileSync(REQUIREMENTS);
  const python = run('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))']);
  if (python.status !== 0) return { missing: 'there is no python3 of version 3.10 or later, with venv' };
  const hash = createHash('sha256').update(requirements).digest('hex').slice(0, 16);
  const folder = join(cacheFolder(), `openapi-tools-${hash}`);
  const complete = join(folder, 'complete');
  if (!existsSync(complete)) {
    // Half an environment of a run that was broken off.
    rmSync(folder, { recursive: true, force: true });
    const made = run('python3', ['-m', 'venv', folder]);
    if (made.status !== 0) return { missing: `python3 makes no environment: ${made.stderr}` };
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--requirement',
      REQUIREMENTS,
    ];
    const installed = run(join(folder, 'bin', 'python'), pip);
    if (installed.status !== 0) return { missing: `pip does not install them: ${installed.stderr.slice(-500)}` };
    writeFileSync(`${complete}.new`, '');
    renameSync(`${complete}.new`, complete);
  }
  return { schemathesis: join(folder, 'bin', 'st'), specValidator: join(folder, 'bin', 'openapi-spec-validator') };
}

function run(command: string, args: string[]) {
  return spawnSync(command, args, { encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS });
}
