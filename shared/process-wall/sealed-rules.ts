import { ENOSYS, type Rule } from './filter.ts';

/** Flags of the threads that glibc and musl start; a process, or one in other namespaces, has others. */
const THREAD_FLAGS = { glibc: 0x3d0f00, musl: 0x7d0f00 };

const MAP_TYPE = 0x0f;
const MAP_PRIVATE = 0x02;
const NO_FILE = 0xffffffff;
const PR_SET_NAME = 15;
const EBADF = 9;

/**
 * What a started process may still call, as recorded of Node's event loop and V8 at work (the corpus of hooks, the attacks): its own
 * memory, its own threads, the descriptors that it has, clocks, randomness. It opens nothing, makes no descriptor, starts no program and
 * signals none but itself. Descriptors cannot be sent either: that takes `sendmsg`.
 *
 * Refused is EPERM and not the end of the process: what libraries try and can do without must cost no run, and whoever is refused learns
 * nothing by it.
 *
 * @param pid Its own, as it sees it.
 */
export function sealedRules(pid: number): Rule[] {
  return [
    // The most frequent first.
    { syscall: 'futex' },
    { syscall: 'getrusage' },
    { syscall: 'madvise' },
    { syscall: 'mprotect' },
    // Private anonymous memory.
    {
      syscall: 'mmap',
      when: [
        { argument: 3, mask: MAP_TYPE, oneOf: [MAP_PRIVATE] },
        { argument: 4, oneOf: [NO_FILE] },
      ],
    },
    { syscall: 'munmap' },
    { syscall: 'mremap' },
    { syscall: 'brk' },
    { syscall: 'pkey_mprotect' },
    { syscall: 'membarrier' },

    { syscall: 'epoll_pwait' },
    { syscall: 'epoll_wait' },
    { syscall: 'epoll_pwait2' },
    { syscall: 'epoll_ctl' },
    { syscall: 'poll' },
    { syscall: 'ppoll' },
    { syscall: 'read' },
    { syscall: 'pread64' },
    { syscall: 'write' },
    { syscall: 'writev' },
    { syscall: 'recvmsg' },
    { syscall: 'close' },

    { syscall: 'clone', when: [{ argument: 0, oneOf: Object.values(THREAD_FLAGS) }] },
    // Its flags lie in memory, where a filter cannot look. As if the kernel did not have it, C libraries use `clone`.
    { syscall: 'clone3', refuse: ENOSYS },
    { syscall: 'set_robust_list' },
    { syscall: 'rseq' },
    { syscall: 'sched_yield' },
    { syscall: 'sched_getaffinity' },
    { syscall: 'prctl', when: [{ argument: 0, oneOf: [PR_SET_NAME] }] },
    { syscall: 'getpid' },
    { syscall: 'gettid' },
    // Reads limits of its own; sets none.
    {
      syscall: 'prlimit64',
      when: [
        { argument: 0, oneOf: [0] },
        { argument: 2, null: true },
      ],
    },

    { syscall: 'clock_gettime' },
    { syscall: 'clock_getres' },
    { syscall: 'clock_nanosleep' },
    { syscall: 'nanosleep' },
    { syscall: 'gettimeofday' },
    { syscall: 'getrandom' },

    { syscall: 'rt_sigaction' },
    { syscall: 'rt_sigprocmask' },
    { syscall: 'rt_sigreturn' },
    { syscall: 'sigaltstack' },
    { syscall: 'restart_syscall' },
    { syscall: 'kill', when: [{ argument: 0, oneOf: [pid] }] },
    { syscall: 'tgkill', when: [{ argument: 0, oneOf: [pid] }] },
    // At its end Node looks after its standard streams, and takes no error but that they are closed.
    { syscall: 'fstat', refuse: EBADF },
    { syscall: 'newfstatat', refuse: EBADF },
    { syscall: 'exit' },
    { syscall: 'exit_group' },
  ];
}
