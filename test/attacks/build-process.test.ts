import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Builder } from '../../hook-build/process/builder.ts';
import { chooseWall, NO_WALL, type Wall } from '../../shared/process-wall/wall.ts';
import { attackClass } from './attack-class.ts';
import { plantCanaries } from './build-canaries.ts';
import { numberOf, type AttackedSyscall } from './wall-syscalls.ts';

// From inside a builder process: what it can open, write, reach and start.

const PROBE = fileURLToPath(new URL('./build-probe.ts', import.meta.url));
const TIMEOUT_MS = 20_000;

const Told = z.object({
  read: z.array(z.string()),
  byBundler: z.array(z.string()),
  written: z.array(z.string()),
  environment: z.array(z.string()),
  connected: z.boolean(),
  started: z.boolean(),
  letThrough: z.array(z.string()),
  byNative: z.object({ files: z.array(z.string()), localSocket: z.boolean() }),
});

/** Ways to other processes, other namespaces and parts of the kernel that no build needs. */
const BARRED: AttackedSyscall[] = [
  'ptrace',
  'process_vm_readv',
  'process_vm_writev',
  'pidfd_open',
  'pidfd_getfd',
  'pidfd_send_signal',
  'kcmp',
  'kill',
  'tkill',
  'tgkill',
  'rt_sigqueueinfo',
  'rt_tgsigqueueinfo',
  'process_madvise',
  'unshare',
  'setns',
  'mount',
  'umount2',
  'pivot_root',
  'chroot',
  'move_mount',
  'open_tree',
  'fsopen',
  'fspick',
  'fsmount',
  'mount_setattr',
  'open_by_handle_at',
  'clone',
  'clone3',
  'io_uring_setup',
  'io_uring_enter',
  'io_uring_register',
  'keyctl',
  'add_key',
  'request_key',
  'bpf',
  'perf_event_open',
  'userfaultfd',
];
const SOCKETS: AttackedSyscall[] = ['socket', 'connect', 'bind', 'listen', 'accept4', 'socketpair'];
const PROGRAMS: AttackedSyscall[] = ['execve', 'execveat'];

const numbered = (names: AttackedSyscall[]): [string, number][] =>
  names.flatMap((name) => {
    const number = numberOf(name);
    return number === undefined ? [] : [[name, number] as [string, number]];
  });

const canaries = plantCanaries();
const packages = join(canaries.folder, 'cache');
mkdirSync(packages);
const server = createServer((socket) => socket.end());
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => {
  server.close();
  canaries.close();
});

const files = [...canaries.files, join(homedir(), '.npmrc'), '/etc/passwd', '/proc/self/environ', '/proc/1/environ'];
const probe = {
  // The last one is its own, which shows that it looks.
  read: [...files, PROBE],
  write: [join(canaries.folder, 'planted'), join(packages, 'planted'), '/tmp/hookmint-planted'],
  port: (server.address() as AddressInfo).port,
};

const walls: Wall[] = [NO_WALL];
const strongest = await chooseWall('auto');
if (strongest.name !== 'none') walls.push(strongest);
if (strongest.name === 'bubblewrap') walls.push(await chooseWall('auto', { bubblewrap: false }));

async function ask(network: boolean, wall: Wall, syscalls: AttackedSyscall[]): Promise<z.infer<typeof Told>> {
  const builder = new Builder(PROBE, { network, packages, wall });
  const barred = wall.name === 'none' ? [] : numbered([...BARRED, ...syscalls]);
  try {
    return await builder.ask({ ...probe, bundles: !network, syscalls: barred }, Told, TIMEOUT_MS);
  } finally {
    builder.end();
  }
}

/** Without a wall it is not tried. Behind bubblewrap a process has a `/proc` of its own, and one with a network is not confined beside it. */
const byNativeBehind = ({ name }: Wall, network: boolean) => ({
  files:
    name === 'none'
      ? []
      : [...(name === 'bubblewrap' && network ? ['/proc/self/environ', '/proc/1/environ'] : []), PROBE],
  localSocket: false,
});

/** Bubblewrap says where it is: at the root. */
const environmentBehind = ({ name }: Wall): string[] => (name === 'bubblewrap' ? ['PWD'] : []);

const inside = attackClass('a builder process that is taken over');

for (const wall of walls) {
  inside(`behind ${wall.name}: one that bundles reads no file, writes none, and reaches nobody`, async () => {
    const { byBundler, ...told } = await ask(false, wall, SOCKETS);
    assert.deepEqual(told, {
      read: [PROBE],
      written: [],
      environment: environmentBehind(wall),
      connected: false,
      // It starts the bundler; behind a wall, from which other programs are not to be seen, nothing else.
      started: wall.name === 'none',
      letThrough: [],
      byNative: byNativeBehind(wall, false),
    });
    // What the bundler's own process reads is the wall's to say: Node's permission model does not know it.
    assert.deepEqual(byBundler.includes(PROBE), true);
    assert.equal(
      canaries.files.some((file) => byBundler.includes(file)),
      wall.name === 'none',
    );
    if (wall.name !== 'none') assert.deepEqual(byBundler, [PROBE]);
  });

  inside(
    `behind ${wall.name}: one that fetches reads no file, writes to the cache alone, and starts nothing`,
    async () => {
      assert.deepEqual(await ask(true, wall, PROGRAMS), {
        read: [PROBE],
        byBundler: [],
        written: [join(packages, 'planted')],
        environment: environmentBehind(wall),
        connected: true,
        started: false,
        letThrough: [],
        byNative: byNativeBehind(wall, true),
      });
    },
  );
}

inside('one that never answers is ended', async () => {
  const builder = new Builder(PROBE, { network: true, packages, wall: NO_WALL });
  const silent = { bundles: false, read: [], write: [], port: 'none', syscalls: [] };
  const asked = builder.ask(silent, z.never(), 500);
  await assert.rejects(asked, (error: { code?: string }) => /^build_(?:timed_out|failed)$/.test(error.code ?? ''));
  assert.equal(builder.lives, false);
});
