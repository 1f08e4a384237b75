import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../shared/cache-folder.ts';

const VERSION = 'v0.5.0';
const MODULE = `github.com/nats-io/natscli/nats@${VERSION}`;
const INSTALL_TIMEOUT_MS = 240_000;
const RUN_TIMEOUT_MS = 60_000;

export type NatsCli = { run: (...args: string[]) => Promise<string> };

/**
 * The `nats` command line of the NATS project, built once by Go into the cache folder, which takes a minute or two.
 *
 * @returns Why it cannot be had, where there is no Go.
 */
export function obtainNatsCli(): NatsCli | { missing: string } {
  const binary = join(cacheFolder(), `nats-cli-${VERSION}`, 'nats');
  if (!existsSync(binary)) {
    const fresh = `${join(binary, '..')}.${String(process.pid)}`;
    mkdirSync(fresh, { recursive: true });
    const env = { ...process.env, GOBIN: fresh };
    const build = spawnSync('go', ['install', MODULE], { encoding: 'utf8', env, timeout: INSTALL_TIMEOUT_MS });
    if (build.status !== 0) {
      rmSync(fresh, { recursive: true, force: true });
      return { missing: `nats ${VERSION} needs Go to be built: ${build.error?.message ?? build.stderr.slice(-300)}` };
    }
    try {
      renameSync(fresh, join(binary, '..'));
    } catch {
      // Another process was faster.
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  return {
    run: (...args) =>
      new Promise((resolve, reject) => {
        execFile(binary, args, { timeout: RUN_TIMEOUT_MS }, (error, stdout, stderr) => {
          if (error === null) resolve(`${stdout}${stderr}`);
          else reject(new Error(`nats ${args.join(' ')}: ${stdout}${stderr}`, { cause: error }));
        });
      }),
  };
}
