import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../shared/cache-folder.ts';

const HELM = 'helm.sh/helm/v4/cmd/helm@v4.3.1';
/** Less than a file of tests has; Go goes on with it and keeps what it has, for the next time. */
const BUILD_TIMEOUT_MS = 480_000;
const RUN_TIMEOUT_MS = 600_000;
/** Files of tests that need it at the same time wait for the first. */
const BUILD = '[ -e "$1/helm" ] || { GOBIN="$1.new" nice -n 19 go install -trimpath "$0" && mv -T "$1.new" "$1"; }';

export const CHART = fileURLToPath(new URL('../../deploy/helm/hookmint', import.meta.url));

export type Helm = (
  args: readonly string[],
  options?: { input?: string },
) => { isFine: boolean; stdout: string; stderr: string };

/**
 * Helm, built by Go from its module proxy, once into the cache folder, behind whatever else runs.
 *
 * @returns What to call, or why it cannot be had.
 */
export function obtainHelm(): { helm: Helm } | { missing: string } {
  const tools = join(cacheFolder(), 'manifest-tools');
  const binary = join(tools, 'helm-v4.3.1', 'helm');
  if (!existsSync(binary)) {
    mkdirSync(tools, { recursive: true });
    const args = [`${tools}/helm.lock`, 'sh', '-c', BUILD, HELM, join(tools, 'helm-v4.3.1')];
    const env = { ...process.env, GOMAXPROCS: '1', CGO_ENABLED: '0' };
    const run = spawnSync('flock', args, { encoding: 'utf8', env, timeout: BUILD_TIMEOUT_MS });
    if (run.status !== 0)
      return { missing: `Helm needs Go to be built: ${run.error?.message ?? run.stderr.slice(-300)}` };
  }
  return {
    helm: (args, { input } = {}) => {
      const { status, stdout, stderr, error } = spawnSync(binary, args, {
        encoding: 'utf8',
        input,
        timeout: RUN_TIMEOUT_MS,
        maxBuffer: 64 * 1_048_576,
      });
      return { isFine: status === 0, stdout, stderr: `${stderr}${error?.message ?? ''}` };
    },
  };
}
