import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Podman = {
  /** With it, podman and what calls podman have these images and containers. */
  env: NodeJS.ProcessEnv;
  run(args: readonly string[], timeoutMs: number): SpawnSyncReturns<string>;
  build(args: readonly string[], timeoutMs: number): void;
  /** Removes all images and containers. */
  end: () => void;
};

/**
 * Podman with images and networks of its own, which needs no daemon; `undefined` where it is not installed.
 *
 * @param runtime Path of what runs containers. Default: runc if there is one, else podman's own choice.
 */
export function openPodman(runtime?: string): Podman | undefined {
  if (spawnSync('podman', ['--version']).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-containers-'));
  const env = { ...process.env, ...settings(folder, runtime) };
  const podman = (args: readonly string[], timeout: number) =>
    spawnSync('podman', args, { encoding: 'utf8', timeout, maxBuffer: 16 * 1_048_576, env });
  return {
    env,
    run: (args, timeoutMs) => podman(['run', '--rm', '--network=none', '--pull=never', ...args], timeoutMs),
    build: (args, timeoutMs) => {
      const { status, stdout, stderr } = podman(
        ['build', '--pull=never', '--layers=false', '--isolation=chroot', '--network=host', ...args],
        timeoutMs,
      );
      if (status !== 0) throw new Error(`podman build ${args.join(' ')}: ${stdout}${stderr}`);
    },
    end: () => {
      podman(['rm', '--all', '--force'], 60_000);
      podman(['unmount', '--all'], 30_000);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Files of settings in the folder, and the variables that name them: nothing of this machine's own podman is touched. */
function settings(folder: string, runtime?: string): NodeJS.ProcessEnv {
  const chosen = runtime ?? (spawnSync('runc', ['--version']).status === 0 ? 'runc' : undefined);
  const networks = join(folder, 'networks');
  mkdirSync(networks);
  const files = {
    CONTAINERS_STORAGE_CONF: [
      '[storage]',
      'driver = "overlay"',
      `graphroot = ${JSON.stringify(join(folder, 'images'))}`,
      `runroot = ${JSON.stringify(join(folder, 'run'))}`,
    ],
    CONTAINERS_CONF: [
      '[containers]',
      // Also where limits of the machine may not be raised.
      'default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]',
      '[engine]',
      'cgroup_manager = "cgroupfs"',
      'events_logger = "file"',
      ...(chosen === undefined ? [] : [`runtime = ${JSON.stringify(chosen)}`]),
      '[network]',
      'network_backend = "netavark"',
      `network_config_dir = ${JSON.stringify(networks)}`,
    ],
  };
  return Object.fromEntries(
    Object.entries(files).map(([variable, lines]) => {
      const file = join(folder, `${variable}.conf`);
      writeFileSync(file, `${lines.join('\n')}\n`);
      return [variable, file];
    }),
  );
}
