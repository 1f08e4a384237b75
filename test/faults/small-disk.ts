import { spawn } from 'node:child_process';
import { mkdtempSync, rmdirSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A file system of its own, held by a process: it is gone when that ends, however that ends. */
export type SmallDisk = {
  path: string;
  /** Takes all the space that is left. */
  fill: () => Promise<void>;
  /** Gives it back. */
  free: () => Promise<void>;
  close: () => Promise<void>;
};

/** More than JetStream reserves for hookmint's streams. A tmpfs takes only as much memory as is written to it. */
const ROOMY_KIB = 6_291_456;

/**
 * Mounts, then changes its size to each number that it reads, unless there is more in it already; ends with its input, and so with the
 * process that started it.
 */
const HOLDER = `mount -t tmpfs -o size="$1"k tmpfs "$0" && echo done
while read -r kib; do mount -o "remount,size=\${kib}k" "$0" && echo done || echo refused; done`;

/**
 * Mounts a tmpfs where no other process sees it, as root or, in a user namespace, as anybody; it is reached through
 * `/proc/<pid>/root`.
 *
 * @throws {Error} where Linux allows neither.
 */
export async function openSmallDisk(sizeKib = ROOMY_KIB): Promise<SmallDisk> {
  const mountPoint = mkdtempSync(join(tmpdir(), 'hookmint-disk-'));
  const holder = spawn('unshare', [
    process.getuid?.() === 0 ? '-m' : '-rm',
    'sh',
    '-c',
    HOLDER,
    mountPoint,
    String(sizeKib),
  ]);
  let said = '';
  holder.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()).once('error', () => resolve()));
  const answers = createInterface({ input: holder.stdout });
  const done = async (): Promise<boolean> => {
    const answered = new Promise<string>((resolve) => answers.once('line', resolve));
    const answer = await Promise.race([answered, ended.then(() => undefined)]);
    if (answer === undefined) {
      throw new Error(
        `No file system can be mounted (${said.trim()}). A full disk is tried as root, or where user namespaces are allowed ` +
          '(sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0).',
      );
    }
    return answer === 'done';
  };
  await done();
  const path = join('/proc', String(holder.pid), 'root', mountPoint);
  const resize = (kib: number): Promise<boolean> => {
    holder.stdin.write(`${String(kib)}\n`);
    return done();
  };
  return {
    path,
    fill: async () => {
      // Whoever writes to it meanwhile makes it larger than it was when it was looked at.
      for (;;) {
        const { bsize, blocks, bfree } = statfsSync(path);
        if (await resize(Math.ceil(((blocks - bfree) * bsize) / 1_024))) return;
      }
    },
    free: async () => {
      await resize(sizeKib);
    },
    close: async () => {
      holder.kill('SIGKILL');
      await ended;
      rmdirSync(mountPoint);
    },
  };
}
