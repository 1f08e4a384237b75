import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { seccompProgram, type Otherwise, type Rule } from './filter.ts';
import { processor, syscallNumber, type Syscall } from './syscalls.ts';

const PR_SET_PDEATHSIG = 1n;
const PR_SET_NO_NEW_PRIVS = 38n;
const SIGKILL = 9n;
const SECCOMP_SET_MODE_FILTER = 1n;
const SECCOMP_FILTER_FLAG_TSYNC = 1n;

const FIRST_AFTER_STANDARD = 3n;
const LAST_DESCRIPTOR = 0xffff_ffffn;
const CLOSE_RANGE_CLOEXEC = 4n;

/** Of linux/landlock.h. Rights over files: of its first version to run, write, read, list, remove and make them, then to move and cut them. */
const LANDLOCK_ACCESS = [0x1fffn, 0x3fffn, 0x7fffn];
const LANDLOCK_READ = 0b1101n;
const LANDLOCK_READ_FILE = 0b101n;
/** To read, list, write, remove, make and cut files; not to run them. */
const LANDLOCK_WRITE = 0b1110n | (1n << 5n) | (1n << 8n) | (1n << 14n);
/** Sockets by abstract names, and signals, of processes that are not confined with it. */
const LANDLOCK_SCOPES = 0b11n;
const LANDLOCK_SCOPES_SINCE = 6;
const LANDLOCK_RULE_PATH_BENEATH = 1n;
const LANDLOCK_CREATE_RULESET_VERSION = 1n;
const O_PATH = 0o10000000;

/** `WNOHANG` */
const WITHOUT_WAITING = 1n;

/** The kernel or the platform cannot do it. */
export class WallError extends Error {
  override name = 'WallError';
}

type Native = {
  /** This process ends when the thread that started it does. */
  endWithParent(): void;
  /** No process that is started from now on inherits a descriptor, but what it is given. */
  keepDescriptors(): void;
  /**
   * Has the kernel forget a process that has ended, if nobody else is left to. That is so of those that a child of this process had started,
   * where this one is the first of a container.
   *
   * @returns Whether it has not ended yet.
   */
  reap(pid: number): boolean;
  /** Limits a resource of this process, for good. */
  limit(what: string, resource: bigint, max: bigint): void;
  /**
   * Filters the system calls of this thread and of the processes that it starts, for good.
   *
   * @param allThreads Those that have been started before, too.
   */
  filter(rules: readonly Rule[], otherwise: Otherwise, allThreads: boolean): void;
  /**
   * Takes from this thread, and from what it becomes and starts, all files but these, for good: those that may be read and run, and folders
   * in which files may be made. Those that do not exist are left out. Does nothing where the kernel has no Landlock.
   */
  confine(readable: readonly string[], writable: readonly string[]): void;
};

/**
 * The few system calls that a wall is made with and Node has no function for. Node's own `node:ffi` makes them.
 *
 * @throws {WallError} Nothing of the kind is known for this platform. The methods throw it where the kernel refuses.
 */
export async function openNative(): Promise<Native> {
  if (process.platform !== 'linux' || processor === undefined) {
    throw new WallError(`no filter of system calls for ${process.platform}-${process.arch}`);
  }
  const of = processor;
  const { dlopen, getRawPointer } = await importFfi();
  // All calls have their one pointer, if any, in third place.
  const { functions } = dlopen(null, {
    syscall: { arguments: ['i64', 'i64', 'i64', 'pointer', 'i64', 'i64'], return: 'i64' },
  });
  const result = (name: Syscall, first: bigint, second: bigint, third: ArrayBuffer | bigint | null): bigint =>
    functions.syscall(BigInt(syscallNumber(name, of) ?? -1), first, second, third, 0n, 0n);
  const call = (
    what: string,
    name: Syscall,
    first: bigint,
    second: bigint,
    memory: ArrayBuffer | bigint | null,
  ): void => {
    if (result(name, first, second, memory) !== 0n) throw new WallError(`the kernel refuses ${what}`);
  };

  return {
    endWithParent: () => call('to end with its parent', 'prctl', PR_SET_PDEATHSIG, SIGKILL, null),
    keepDescriptors: () => {
      call('to keep descriptors', 'close_range', FIRST_AFTER_STANDARD, LAST_DESCRIPTOR, CLOSE_RANGE_CLOEXEC);
    },
    reap: (pid) => result('wait4', BigInt(pid), 0n, WITHOUT_WAITING) === 0n,
    limit: (what, resource, max) => {
      call(what, 'prlimit64', 0n, resource, new BigUint64Array([max, max]).buffer);
    },
    filter: (rules, otherwise, allThreads) => {
      const memory = programInMemory(seccompProgram(rules, otherwise, of), getRawPointer);
      const flags = allThreads ? SECCOMP_FILTER_FLAG_TSYNC : 0n;
      // Without this a filter takes rights that such a process does not have.
      call('that programs get no more rights', 'prctl', PR_SET_NO_NEW_PRIVS, 1n, null);
      call('a filter of system calls', 'seccomp', SECCOMP_SET_MODE_FILTER, flags, memory);
    },
    confine: (readable, writable) => {
      const version = Number(result('landlock_create_ruleset', 0n, 0n, LANDLOCK_CREATE_RULESET_VERSION));
      if (version < 1) return;
      const access = LANDLOCK_ACCESS[Math.min(version, LANDLOCK_ACCESS.length) - 1] ?? 0n;
      const scoped = version < LANDLOCK_SCOPES_SINCE ? [] : [0n, LANDLOCK_SCOPES];
      const handled = new BigUint64Array([access, ...scoped]).buffer;
      const ruleset = result('landlock_create_ruleset', getRawPointer(handled), BigInt(handled.byteLength), 0n);
      if (ruleset < 0n) throw new WallError('the kernel refuses rules for files');
      const allow = (path: string, ofFolder: bigint): void => {
        if (!existsSync(path)) return;
        const file = openSync(path, O_PATH);
        const allowed = access & (statSync(path).isDirectory() ? ofFolder : LANDLOCK_READ_FILE);
        call('a rule for files', 'landlock_add_rule', ruleset, LANDLOCK_RULE_PATH_BENEATH, pathRule(allowed, file));
        closeSync(file);
      };
      for (const path of readable) allow(path, LANDLOCK_READ);
      for (const path of writable) allow(path, LANDLOCK_WRITE);
      call('that programs get no more rights', 'prctl', PR_SET_NO_NEW_PRIVS, 1n, null);
      call('rules for files', 'landlock_restrict_self', ruleset, 0n, null);
      closeSync(Number(ruleset));
    },
  };
}

/** `struct landlock_path_beneath_attr`, 12 bytes. */
function pathRule(access: bigint, file: number): ArrayBuffer {
  const memory = new ArrayBuffer(12);
  const rule = new DataView(memory);
  rule.setBigUint64(0, access, true);
  rule.setInt32(8, file, true);
  return memory;
}

/** `struct sock_fprog`, 16 bytes: the number of instructions and, at the next multiple of 8, where they are: behind it. */
function programInMemory(program: Uint8Array, addressOf: (memory: ArrayBuffer) => bigint): ArrayBuffer {
  const headerBytes = 16;
  const memory = new ArrayBuffer(headerBytes + program.length);
  new Uint8Array(memory).set(program, headerBytes);
  const header = new DataView(memory);
  header.setUint16(0, program.length / 8, true);
  header.setBigUint64(8, addressOf(memory) + BigInt(headerBytes), true);
  return memory;
}

/** Node's version is pinned: that the module is experimental is no news to whoever runs hookmint. */
async function importFfi(): Promise<typeof import('node:ffi')> {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning') ?? {};
  process.emitWarning = () => undefined;
  try {
    return await import('node:ffi');
  } finally {
    Object.defineProperty(process, 'emitWarning', own);
  }
}
