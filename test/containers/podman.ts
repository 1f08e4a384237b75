import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Also where limits of the machine may not be raised. */
const ULIMITS = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=1000:1000'];

export type Podman = {
  run(args: readonly string[], timeoutMs: number): SpawnSyncReturns<string>;
  build(args: readonly string[], timeoutMs: number): void;
  /** Removes all images and containers. */
  end: () => void;
};

/**
 * Podman with images of its own, which needs no daemon; `undefined` where it is not installed.
 *
 * @param runtime Path of what runs containers. Default: runc if there is one, else podman's own choice.
 */
export function openPodman(runtime?: string): Podman | undefined {
  if (spawnSync('podman', ['--version']).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-containers-'));
  const chosen = runtime ?? (spawnSync('runc', ['--version']).status === 0 ? 'runc' : undefined);
  const options = [
    `--root=${join(folder, 'images')}`,
    `--runroot=${join(folder, 'run')}`,
    '--storage-driver=vfs',
    '--cgroup-manager=cgroupfs',
    ...(chosen === undefined ? [] : [`--runtime=${chosen}`]),
  ];
  const podman = (args: readonly string[], timeout: number) =>
    spawnSync('podman', [...options, ...args], { encoding: 'utf8', timeout, maxBuffer: 16 * 1_048_576 });
  return {
    run: (args, timeoutMs) => podman(['run', '--rm', '--network=none', '--pull=never', ...ULIMITS, ...args], timeoutMs),
    build: (args, timeoutMs) => {
      const { status, stdout, stderr } = podman(
        ['build', '--pull=never', '--layers=false', '--isolation=chroot', '--network=host', ...ULIMITS, ...args],
        timeoutMs,
      );
      if (status !== 0) throw new Error(`podman build ${args.join(' ')}: ${stdout}${stderr}`);
    },
    end: () => {
      podman(['rm', '--all', '--force'], 30_000);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
