import { spawnSync } from 'node:child_process';

const BUILD_TIMEOUT_MS = 3_600_000;

/**
 * Builds the image and writes it as an OCI archive, if there is podman.
 *
 * @returns Its engine, or why there is none.
 * @throws {Error} with what podman told, when it cannot build.
 */
export function saveImage(
  root: string,
  tag: string,
  file: string,
  committedAt: Date,
): { engine: string } | { missing: string } {
  const version = spawnSync('podman', ['--version'], { encoding: 'utf8' });
  if (version.status !== 0) return { missing: 'there is no podman here' };
  const timestamp = String(Math.floor(committedAt.getTime() / 1_000));
  podman(root, ['build', '--timestamp', timestamp, '--file', 'deploy/Dockerfile', '--tag', tag, '.']);
  podman(root, ['save', '--format', 'oci-archive', '--output', file, tag]);
  return { engine: version.stdout.trim() };
}

function podman(cwd: string, args: readonly string[]): void {
  const options = { cwd, encoding: 'utf8', timeout: BUILD_TIMEOUT_MS, maxBuffer: 64 * 1_048_576 } as const;
  const { status, stderr, error } = spawnSync('podman', args, options);
  if (status !== 0) throw new Error(`podman ${args[0] ?? ''} failed: ${error?.message ?? stderr.slice(-2_000)}`);
}
