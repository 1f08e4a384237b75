import type { Argument, Attempt } from './native-calls.ts';
import { ATTACKED_SYSCALLS, numberOf, type AttackedSyscall } from './wall-syscalls.ts';

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
/** Of a file that the test leaves open for whatever it starts. */
export const STRAY_DESCRIPTOR = 200;

export function attempt(name: string, syscall: AttackedSyscall, ...args: Argument[]): Attempt[] {
  const number = numberOf(syscall);
  return number === undefined ? [] : [{ name, syscall: number, args }];
}

const open = (path: string, flags = 0): Argument[] => [AT_FDCWD, { text: path }, flags, 0o600];

/** Attacks as one would make them: beside the bare numbers below, those whose arguments matter. */
export function wallAttacks({ parent, port, ownFile }: { parent: number; port: number; ownFile: string }): Attempt[] {
  return [
    ...attempt('read /etc/passwd', 'openat', ...open('/etc/passwd')),
    ...attempt('read the environment of its parent', 'openat', ...open(`/proc/${String(parent)}/environ`)),
    ...attempt('read the memory of its parent', 'openat', ...open(`/proc/${String(parent)}/mem`)),
    ...attempt('read its own memory map', 'openat', ...open('/proc/self/maps')),
    ...attempt('write its own memory by a file', 'openat', ...open('/proc/self/mem', O_RDWR)),
    ...attempt('write its own code', 'openat', ...open(ownFile, O_RDWR)),
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
    ...attempt('trace its parent', 'ptrace', 16, parent, 0, 0),
    ...attempt('trace itself', 'ptrace', 0, 0, 0, 0),
    ...attempt('a descriptor of its parent', 'pidfd_open', parent, 0),
    ...attempt('signal its parent', 'kill', parent, 0),
    ...attempt('signal its group', 'kill', 0, 0),
    ...attempt('signal everybody', 'kill', -1, 0),
    ...attempt('signal a thread of its parent', 'tgkill', parent, parent, 0),
    ...attempt('queue a signal', 'rt_sigqueueinfo', parent, 0, { bytes: Array<number>(128).fill(0) }),
    ...attempt('limits of its parent', 'prlimit64', parent, 7, 0, { bytes: Array<number>(16).fill(0) }),
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

/** Every system call that an attack would use, with arguments that mean nothing: it is the call that must be refused. */
export function bareAttacks(): Attempt[] {
  return ATTACKED_SYSCALLS.flatMap((name) => attempt(name, name, -1, 0, 0, 0, 0, 0));
}
