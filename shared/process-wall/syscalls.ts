/** By processor, as in Linux's `unistd.h`; `undefined`: there is no such call. */
type Numbers = { x64: number | undefined; arm64: number | undefined };

const call = (x64: number | undefined, arm64: number | undefined): Numbers => ({ x64, arm64 });

const NUMBERS = {
  brk: call(12, 214),
  clock_getres: call(229, 114),
  clock_gettime: call(228, 113),
  clock_nanosleep: call(230, 115),
  clone: call(56, 220),
  clone3: call(435, 435),
  close: call(3, 57),
  close_range: call(436, 436),
  epoll_ctl: call(233, 21),
  epoll_pwait: call(281, 22),
  epoll_pwait2: call(441, 441),
  epoll_wait: call(232, undefined),
  exit: call(60, 93),
  exit_group: call(231, 94),
  fstat: call(5, 80),
  futex: call(202, 98),
  getpid: call(39, 172),
  getrandom: call(318, 278),
  getrusage: call(98, 165),
  gettid: call(186, 178),
  gettimeofday: call(96, 169),
  io_uring_setup: call(425, 425),
  kill: call(62, 129),
  madvise: call(28, 233),
  membarrier: call(324, 283),
  mmap: call(9, 222),
  mprotect: call(10, 226),
  mremap: call(25, 216),
  munmap: call(11, 215),
  nanosleep: call(35, 101),
  newfstatat: call(262, 79),
  pkey_mprotect: call(329, 288),
  poll: call(7, undefined),
  ppoll: call(271, 73),
  prctl: call(157, 167),
  pread64: call(17, 67),
  prlimit64: call(302, 261),
  read: call(0, 63),
  recvmsg: call(47, 212),
  restart_syscall: call(219, 128),
  rseq: call(334, 293),
  rt_sigaction: call(13, 134),
  rt_sigprocmask: call(14, 135),
  rt_sigreturn: call(15, 139),
  sched_getaffinity: call(204, 123),
  sched_yield: call(24, 124),
  seccomp: call(317, 277),
  set_robust_list: call(273, 99),
  sigaltstack: call(131, 132),
  tgkill: call(234, 131),
  write: call(1, 64),
  writev: call(20, 66),
} satisfies Record<string, Numbers>;

export type Syscall = keyof typeof NUMBERS;

export type Processor = keyof Numbers;

/** This machine's, if it is one whose numbers are known. */
export const processor: Processor | undefined =
  process.arch === 'x64' || process.arch === 'arm64' ? process.arch : undefined;

export function syscallNumber(syscall: Syscall, of: Processor): number | undefined {
  return NUMBERS[syscall][of];
}
