import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../shared/cache-folder.ts';

const HELM = 'helm.sh/helm/v4/cmd/helm@v4.3.1';
/** Ten minutes on two cores that others need too; once. */
const BUILD_TIMEOUT_MS = 3_600_000;
const RUN_TIMEOUT_MS = 600_000;

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
  const folder = join(cacheFolder(), 'manifest-tools', 'helm-v4.3.1');
  const binary = join(folder, 'helm');
  if (!existsSync(binary)) {
    mkdirSync(join(folder, '..'), { recursive: true });
    const fresh = mkdtempSync(`${folder}.`);
    const env = { ...process.env, GOBIN: fresh, GOMAXPROCS: '1', CGO_ENABLED: '0' };
    const run = spawnSync('nice', ['-n', '19', 'go', 'install', '-trimpath', HELM], {
      encoding: 'utf8',
      env,
      timeout: BUILD_TIMEOUT_MS,
    });
    if (run.status !== 0) {
      rmSync(fresh, { recursive: true, force: true });
      return { missing: `Helm needs Go to be built: ${run.error?.message ?? run.stderr.slice(-300)}` };
    }
    try {
      renameSync(fresh, folder);
    } catch (error) {
      // Another process may have been faster.
      rmSync(fresh, { recursive: true, force: true });
      if (!existsSync(binary)) throw error;
    }
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
