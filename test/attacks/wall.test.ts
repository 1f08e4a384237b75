import assert from 'node:assert/strict';
import { once } from 'node:events';
import { dlopen } from 'node:ffi';
import { createServer, type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sealedRules } from '../../shared/process-wall/sealed-rules.ts';
import { processor, syscallNumber } from '../../shared/process-wall/syscalls.ts';
import { chooseWall, NO_WALL, type Wall } from '../../shared/process-wall/wall.ts';
import { ATTACKED_SYSCALLS, numberOf, type AttackedSyscall } from './wall-syscalls.ts';
import type { Argument, Attempt, Found, Task } from './wall-probe.ts';

// What native code can do in a sandbox process's place, behind each wall that this machine can have, and behind none.

const PROBE = fileURLToPath(new URL('./wall-probe.ts', import.meta.url));
const OWN_FOLDER = fileURLToPath(new URL('./', import.meta.url));
const PARENT = process.pid;

const O_RDWR = 2;
const O_CREAT = 0o100;
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const SIGCHLD = 17;
const CLONE_NEWUSER = 0x10000000;
const CLONE_THREAD_FLAGS = 0x3d0f00;
const MAP_SHARED_ANONYMOUS = 0x21;
const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK] = [1, 2, 10, 16, 17, 38, 40];
const [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW] = [1, 2, 3];
const CHANNEL_DESCRIPTOR = 3;

/** Not closed by what starts other programs, as whoever started the executor may have left one. */
const STRAY_DESCRIPTOR = 200;
dlopen(null, { dup2: { arguments: ['i32', 'i32'], return: 'i32' } }).functions.dup2(1, STRAY_DESCRIPTOR);

const walls: Wall[] = [];
const strongest = await chooseWall('auto');
if (strongest.name !== 'none') walls.push(strongest);
if (strongest.name === 'bubblewrap') walls.push(await chooseWall('auto', { bubblewrap: false }));
if (strongest.name !== 'bubblewrap') {
  process.stdout.write(`walls that do not stand here, and are not tested: ${strongest.reasons.join('; ')}\n`);
}

let tried = 0;
let held = 0;
let port = 0;
const server = createServer((socket) => socket.destroy());
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
after(() => {
  server.close();
  process.stdout.write(`attacks: wall: ${String(tried)} tried, ${String(held)} held\n`);
});

/** Lets the probe try, behind the wall; `{ seal: false }`: with the wall's namespaces alone. */
async function tryBehind(wall: Wall, attempts: Attempt[], seal = true): Promise<Found> {
  const {
    process: child,
    channel,
    kill,
  } = wall.start({
    main: PROBE,
    readable: [OWN_FOLDER],
    nodeOptions: ['--no-node-snapshot', '--allow-ffi'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const answer = new Promise<Found>((resolve) => channel.onMessage((message) => resolve(message as Found)));
  const ended = once(child, 'exit').then(([code, signal]) =>
    assert.fail(`ended by ${String(signal ?? code)}: ${said}`),
  );
  channel.send({ seal, attempts } satisfies Task);
  try {
    return await Promise.race([answer, ended]);
  } finally {
    kill();
    ended.catch(() => undefined);
  }
}

function attempt(name: string, syscall: AttackedSyscall, ...args: Argument[]): Attempt[] {
  const number = numberOf(syscall);
  return number === undefined ? [] : [{ name, syscall: number, args }];
}

const open = (path: string, flags = 0): Argument[] => [AT_FDCWD, { text: path }, flags, 0o600];

/** Attacks as one would make them: beside the bare numbers below, those whose arguments matter. */
function attacks(): Attempt[] {
  return [
    ...attempt('read /etc/passwd', 'openat', ...open('/etc/passwd')),
    ...attempt('read the environment of its parent', 'openat', ...open(`/proc/${String(PARENT)}/environ`)),
    ...attempt('read the memory of its parent', 'openat', ...open(`/proc/${String(PARENT)}/mem`)),
    ...attempt('read its own memory map', 'openat', ...open('/proc/self/maps')),
    ...attempt('write its own memory by a file', 'openat', ...open('/proc/self/mem', O_RDWR)),
    ...attempt('write its own code', 'openat', ...open(PROBE, O_RDWR)),
    ...attempt('write the Node that it runs', 'openat', ...open(process.execPath, O_RDWR)),
    ...attempt('make a file', 'openat', ...open('/tmp/hookmint-attack', O_RDWR | O_CREAT)),
    ...attempt('stat a path', 'statx', AT_FDCWD, { text: '/etc/passwd' }, 0, 0x7ff, {
      bytes: Array<number>(256).fill(0),
    }),
    ...attempt('a file that is only memory', 'memfd_create', { text: 'x' }, 0),
    ...attempt('start a shell', 'execve', { text: '/bin/sh' }, 0, 0),
    ...attempt('start Node', 'execve', { text: process.execPath }, 0, 0),
    ...attempt('start a program by its descriptor', 'execveat', 1, { text: '' }, 0, 0, AT_EMPTY_PATH),
    ...attempt('fork', 'fork'),
    ...attempt('vfork', 'vfork'),
    ...attempt('clone a process', 'clone', SIGCHLD, 0, 0, 0, 0),
    ...attempt('clone into a user namespace', 'clone', CLONE_NEWUSER + SIGCHLD, 0, 0, 0, 0),
    ...attempt('a thread in a user namespace', 'clone', CLONE_THREAD_FLAGS + CLONE_NEWUSER, 0, 0, 0, 0),
    ...attempt('clone3', 'clone3', { bytes: Array<number>(88).fill(0) }, 88),
    ...attempt('trace its parent', 'ptrace', 16, PARENT, 0, 0),
    ...attempt('trace itself', 'ptrace', 0, 0, 0, 0),
    ...attempt('a descriptor of its parent', 'pidfd_open', PARENT, 0),
    ...attempt('signal its parent', 'kill', PARENT, 0),
    ...attempt('signal its group', 'kill', 0, 0),
    ...attempt('signal everybody', 'kill', -1, 0),
    ...attempt('signal a thread of its parent', 'tgkill', PARENT, PARENT, 0),
    ...attempt('queue a signal', 'rt_sigqueueinfo', PARENT, 0, { bytes: Array<number>(128).fill(0) }),
    ...attempt('limits of its parent', 'prlimit64', PARENT, 7, 0, { bytes: Array<number>(16).fill(0) }),
    ...attempt('a limit of its own', 'prlimit64', 0, 7, { bytes: Array<number>(16).fill(0) }, 0),
    ...attempt('be traced by anybody', 'prctl', 0x59616d61, -1, 0, 0, 0),
    ...attempt('be dumped', 'prctl', 4, 1, 0, 0, 0),
    ...attempt('a user namespace', 'unshare', CLONE_NEWUSER),
    ...attempt('a mount', 'mount', { text: 'none' }, { text: '/' }, { text: 'tmpfs' }, 0, 0),
    ...attempt('a TCP socket', 'socket', AF_INET, SOCK_STREAM, 0),
    ...attempt('connect to loopback', 'connect', { of: 'a TCP socket' }, { bytes: addressOf(port) }, 16),
    ...attempt('a UDP socket', 'socket', AF_INET, SOCK_DGRAM, 0),
    ...attempt('an ICMP socket', 'socket', AF_INET, SOCK_RAW, 1),
    ...attempt('a TCP socket of IPv6', 'socket', AF_INET6, SOCK_STREAM, 0),
    ...attempt('a Unix socket', 'socket', AF_UNIX, SOCK_STREAM, 0),
    ...attempt('a netlink socket', 'socket', AF_NETLINK, SOCK_RAW, 0),
    ...attempt('a packet socket', 'socket', AF_PACKET, SOCK_RAW, 0),
    ...attempt("a socket of the kernel's cryptography", 'socket', AF_ALG, 5, 0),
    ...attempt('a socket to the hypervisor', 'socket', AF_VSOCK, SOCK_STREAM, 0),
    ...attempt(
      'send a descriptor by its channel',
      'sendmsg',
      CHANNEL_DESCRIPTOR,
      { bytes: Array<number>(56).fill(0) },
      0,
    ),
    ...attempt('write to a descriptor that was left open', 'write', STRAY_DESCRIPTOR, { text: '' }, 0),
    ...attempt('an io_uring', 'io_uring_setup', 8, { bytes: Array<number>(120).fill(0) }),
    ...attempt('memory that others see', 'mmap', 0, 4_096, 3, MAP_SHARED_ANONYMOUS, -1, 0),
    ...attempt('memory of a file', 'mmap', 0, 4_096, 1, 2, 1, 0),
    ...attempt('a filter of its own', 'seccomp', 1, 0, 0),
  ];
}

/** `struct sockaddr_in` of a port of 127.0.0.1. */
function addressOf(tcpPort: number): number[] {
  return [AF_INET, 0, tcpPort >> 8, tcpPort & 0xff, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
}

/** `uretprobe` and `uprobe` of x86-64: filters never see them, and the kernel ends whoever calls them but from its own trampoline. */
const BEYOND_FILTERS = new Set(process.arch === 'x64' ? [335, 336] : []);

const REFUSALS = ['EPERM', 'ENOSYS', 'EBADF'];

function assertRefused(found: Found): void {
  const outcomes = Object.entries(found);
  const allowed = outcomes.filter(([, how]) => typeof how === 'number' || !REFUSALS.includes(how));
  tried += outcomes.length;
  held += outcomes.length - allowed.length;
  assert.deepEqual(Object.fromEntries(allowed), {});
}

for (const wall of walls) {
  describe(`behind ${wall.name}`, () => {
    test('every attack is refused', async () => {
      const found = await tryBehind(wall, attacks());
      assert.ok(Object.keys(found).length >= 45);
      assertRefused(found);
    });

    test('every system call that an attack would use is refused, whatever its arguments', async () => {
      const bare = ATTACKED_SYSCALLS.flatMap((name) => attempt(name, name, -1, 0, 0, 0, 0, 0));
      assert.ok(bare.length >= 140);
      assertRefused(await tryBehind(wall, bare));
    });

    test('so is every number that no rule names', async () => {
      const ruled = new Set(sealedRules(1).map(({ syscall }) => processor && syscallNumber(syscall, processor)));
      const numbers = Array.from({ length: 600 }, (_, number) => number).filter(
        (number) => !ruled.has(number) && !BEYOND_FILTERS.has(number),
      );
      const attempts = numbers.map((syscall) => ({ name: String(syscall), syscall, args: [-1, 0, 0, 0, 0, 0] }));
      assertRefused(await tryBehind(wall, attempts));
    });

    test(
      'a call by the convention of another architecture ends the process',
      { skip: process.arch !== 'x64' },
      async () => {
        const getpidOfX32 = 0x40000000 + 39;
        const attempts = [{ name: 'x32', syscall: getpidOfX32, args: [] }];
        await assert.rejects(tryBehind(wall, attempts), /ended by (SIGSYS|159)/);
      },
    );
  });
}

test(
  'in the namespaces of bubblewrap, there is nothing to find even for a process that is not sealed',
  { skip: strongest.name !== 'bubblewrap' },
  async () => {
    const expected = {
      'read /etc/passwd': 'ENOENT',
      'read the environment of its parent': 'ENOENT',
      'read the memory of its parent': 'ENOENT',
      'write its own code': 'EROFS',
      // There is a /tmp only where this code is in it, and nobody can write there.
      'make a file': PROBE.startsWith('/tmp/') ? 'EROFS' : 'ENOENT',
      'start a shell': 'ENOENT',
      'trace its parent': 'ESRCH',
      'signal its parent': 'ESRCH',
      'a descriptor of its parent': 'ESRCH',
      'a mount': 'EPERM',
      'connect to loopback': 'ECONNREFUSED',
      'an io_uring': 'ENOSYS',
    };
    const names = new Set([...Object.keys(expected), 'a TCP socket']);
    const found = await tryBehind(
      strongest,
      attacks().filter(({ name }) => names.has(name)),
      false,
    );
    assert.deepEqual({ ...found, ...expected }, found);
  },
);

test(
  'without a wall, native code can do what the user of the executor can',
  { skip: process.platform !== 'linux' },
  async () => {
    const possible = [
      'read /etc/passwd',
      'read the environment of its parent',
      'a file that is only memory',
      'signal its parent',
      'a descriptor of its parent',
      'a TCP socket',
      'connect to loopback',
      'a Unix socket',
      'a netlink socket',
      'memory that others see',
    ];
    const found = await tryBehind(
      NO_WALL,
      attacks().filter(({ name }) => possible.includes(name)),
    );
    const refused = Object.entries(found).filter(([, how]) => typeof how !== 'number');
    assert.deepEqual(refused, []);
    assert.equal(Object.keys(found).length, possible.length);
  },
);
