import { ENOSYS, type Rule } from './filter.ts';

/** Rules in addition to those for calls that no process needs. */
export type Barred = {
  /** Sockets, except socket pairs, which processes use as pipes to their children. */
  network?: boolean;
  /** Of sockets, those of this machine alone, by which programs of others could be asked: what is left are those of the internet. */
  localSockets?: boolean;
  /** To start programs. */
  programs?: boolean;
};

const EPERM = 1;
const AF_UNIX = 1;
/** `AF_INET`, `AF_INET6`, and `AF_NETLINK`, by which a process learns which addresses the machine has. */
const OF_THE_INTERNET = [2, 10, 16];

/** `CLONE_NEW*`, what makes a process one in other namespaces. `CLONE_NEWTIME` is for `unshare` and `clone3` alone. */
const NAMESPACE_FLAGS = 0x7e020000;

const NEVER = [
  'ptrace',
  'process_vm_readv',
  'process_vm_writev',
  'process_madvise',
  'kcmp',
  'pidfd_open',
  'pidfd_getfd',
  'pidfd_send_signal',
  'kill',
  'tkill',
  'rt_sigqueueinfo',
  'rt_tgsigqueueinfo',
  // Programs in Go send it to threads of their own, and can do without.
  'tgkill',
  'unshare',
  'setns',
  'mount',
  'umount2',
  'pivot_root',
  'chroot',
  'move_mount',
  'open_tree',
  'fsopen',
  'fsmount',
  'fspick',
  'mount_setattr',
  'open_by_handle_at',
  'io_uring_enter',
  'io_uring_register',
  'keyctl',
  'add_key',
  'request_key',
  'bpf',
  'perf_event_open',
  'userfaultfd',
] as const;

const NETWORK = ['socket', 'connect', 'bind', 'listen', 'accept', 'accept4'] as const;
const PROGRAMS = ['execve', 'execveat'] as const;

/**
 * What a process that reads strangers' code, and those that it starts, are refused: other processes, namespaces, mounts, and parts of the
 * kernel that no build needs. All else is let through, as programs that are not ours must start under these rules.
 */
export function barredRules({ network = false, localSockets = false, programs = false }: Barred): Rule[] {
  const refused = [...NEVER, ...(network ? NETWORK : []), ...(programs ? PROGRAMS : [])];
  return [
    ...refused.map((syscall): Rule => ({ syscall, refuse: EPERM })),
    ...(network ? [{ syscall: 'socketpair', when: [{ argument: 0, oneOf: [AF_UNIX] }] } satisfies Rule] : []),
    ...(localSockets ? [{ syscall: 'socket', when: [{ argument: 0, oneOf: OF_THE_INTERNET }] } satisfies Rule] : []),
    { syscall: 'clone', when: [{ argument: 0, mask: NAMESPACE_FLAGS, oneOf: [0] }] },
    // Its flags lie in memory, where a filter cannot look. As if the kernel did not have it, C libraries use `clone`.
    { syscall: 'clone3', refuse: ENOSYS },
    { syscall: 'io_uring_setup', refuse: ENOSYS },
  ];
}
