import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { cacheFolder } from '../../shared/cache-folder.ts';
import type { Resource } from './manifests-render.ts';
import { temporaryDir } from './servers-fixtures.ts';

const SCHEMAS = 'kubernetes-validate==1.37.0';
const KUBERNETES_VERSION = '1.34';
const LINTER = 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0';
const INSTALL_TIMEOUT_MS = 240_000;

/** Both read YAML 1.1, in which `on` without quotes is true. */
const READ_AS = { version: '1.1' } as const;

const tools = join(cacheFolder(), 'manifest-tools');

/**
 * The schema validator, from PyPI; it carries the schemas of the Kubernetes API. Installed once into the cache folder.
 *
 * @returns What to call, or why it cannot be had.
 */
export function obtainValidator(): { validate: (resources: readonly Resource[]) => string } | { missing: string } {
  const folder = join(tools, SCHEMAS);
  if (!existsSync(folder)) {
    const fresh = `${folder}.${String(process.pid)}`;
    mkdirSync(fresh, { recursive: true });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', fresh, SCHEMAS];
    const run = spawnSync('python3', pip, { encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS });
    if (run.status !== 0) {
      rmSync(fresh, { recursive: true, force: true });
      return { missing: `${SCHEMAS} could not be installed with pip: ${run.error?.message ?? run.stderr.slice(-300)}` };
    }
    moveIntoPlace(fresh, folder);
  }
  const options = ['-m', 'kubernetes_validate', '--strict', '--quiet', '--no-warn', '-k', KUBERNETES_VERSION];
  return {
    validate: (resources) => {
      const env = { ...process.env, PYTHONPATH: folder };
      const run = spawnSync('python3', [...options, fileOf(resources)], { encoding: 'utf8', env });
      return run.status === 0 ? '' : `${run.stdout}${run.stderr}` || 'the validator failed without a word';
    },
  };
}

/** The linter, built by Go where there is a Go. Its findings are one line each; those that are well are left out. */
export function obtainLinter(): { lint: (resources: readonly Resource[]) => string[] } | { missing: string } {
  const binary = join(tools, 'kube-score-v1.20.0', 'kube-score');
  if (!existsSync(binary)) {
    const fresh = join(tools, `kube-score.${String(process.pid)}`);
    const env = { ...process.env, GOBIN: fresh };
    const run = spawnSync('go', ['install', LINTER], { encoding: 'utf8', env, timeout: INSTALL_TIMEOUT_MS });
    if (run.status !== 0)
      return { missing: `kube-score needs Go to be built: ${run.error?.message ?? run.stderr.slice(-300)}` };
    moveIntoPlace(fresh, join(binary, '..'));
  }
  // Why there are no CPU limits is said beside the requests.
  const options = [
    '--ignore-container-cpu-limit',
    '--enable-optional-test=container-seccomp-profile',
    '--output-format=ci',
  ];
  return {
    lint: (resources) => {
      const run = spawnSync(binary, ['score', ...options, fileOf(resources)], { encoding: 'utf8' });
      const lines = run.stdout.split('\n').filter((line) => line !== '');
      if (lines.length === 0) return [run.stderr === '' ? 'the linter said nothing' : run.stderr];
      return lines.filter((line) => !/^\[(?:OK|SKIPPED)\]/.test(line));
    },
  };
}

function fileOf(resources: readonly Resource[]): string {
  const file = join(temporaryDir(), 'all.yaml');
  writeFileSync(file, resources.map((resource) => stringify(resource, READ_AS)).join('---\n'));
  return file;
}

/** Another process may have been faster. */
function moveIntoPlace(fresh: string, place: string): void {
  try {
    renameSync(fresh, place);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
}
