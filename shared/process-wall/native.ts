import { closeSync, openSync, statSync } from 'node:fs';
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

/** Of linux/landlock.h. All rights over files of its first version: to run, write, read, list, remove and make them. */
const LANDLOCK_ACCESS = 0x1fffn;
const LANDLOCK_READ = 0b1101n;
const LANDLOCK_READ_FILE = 0b101n;
const LANDLOCK_RULE_PATH_BENEATH = 1n;
const LANDLOCK_CREATE_RULESET_VERSION = 1n;
const O_PATH = 0o10000000;

/** The kernel or the platform cannot do it. */
export class WallError extends Error {
  override name = 'WallError';
}

type Native = {
  /** This process ends when the thread that started it does. */
  endWithParent(): void;
  /** No process that is started from now on inherits a descriptor, but what it is given. */
  keepDescriptors(): void;
  /** Limits a resource of this process, for good. */
  limit(what: string, resource: bigint, max: bigint): void;
  /**
   * Filters the system calls of this thread and of the processes that it starts, for good.
   *
   * @param allThreads Those that have been started before, too.
   */
  filter(rules: readonly Rule[], otherwise: Otherwise, allThreads: boolean): void;
  /**
   * Takes from this thread, and from the processes that it starts, all files but these, which may be read and run; for good, and after a
   * `filter`. Does nothing where the kernel has no Landlock.
   *
   * @param readable Paths of files and of folders.
   */
  confine(readable: readonly string[]): void;
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
    confine: (readable) => {
      if (result('landlock_create_ruleset', 0n, 0n, LANDLOCK_CREATE_RULESET_VERSION) < 1n) return;
      const handled = new BigUint64Array([LANDLOCK_ACCESS]).buffer;
      const ruleset = result('landlock_create_ruleset', getRawPointer(handled), BigInt(handled.byteLength), 0n);
      if (ruleset < 0n) throw new WallError('the kernel refuses rules for files');
      for (const path of readable) {
        const file = openSync(path, O_PATH);
        const access = statSync(path).isDirectory() ? LANDLOCK_READ : LANDLOCK_READ_FILE;
        call('a rule for files', 'landlock_add_rule', ruleset, LANDLOCK_RULE_PATH_BENEATH, pathRule(access, file));
        closeSync(file);
      }
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
