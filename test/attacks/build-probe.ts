import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { barIfWalled } from '../../shared/process-wall/seal.ts';

// Runs in the place of a builder process, and tells what it can do of what it is asked to.

type Probe = { bundles: boolean; read: string[]; write: string[]; port: number; syscalls: [string, number][] };

const allowed = (attempt: () => unknown): boolean => {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
};

/** What the bundler's own process, which Node's permission model does not know, tells of a file when it is asked to bundle it. */
async function bundled(file: string): Promise<boolean> {
  const { build } = await import('esbuild');
  return build({ entryPoints: [file], loader: { '': 'text' }, write: false, logLevel: 'silent' }).then(
    () => true,
    () => false,
  );
}

/** Whether the kernel lets native code make a system call, whatever comes of it: without arguments none does harm. */
async function letThrough(syscalls: [string, number][]): Promise<string[]> {
  const { dlopen, getInt32 } = await import('node:ffi');
  const { functions } = dlopen(null, {
    syscall: { arguments: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'], return: 'i64' },
    __errno_location: { arguments: [], return: 'pointer' },
  });
  const errno = functions.__errno_location();
  return syscalls
    .filter(([, number]) => {
      const answer = functions.syscall(BigInt(number), -1n, -1n, -1n, -1n, -1n, -1n);
      return answer !== -1n || ![1, 38].includes(getInt32(errno));
    })
    .map(([name]) => name);
}

const AF_UNIX = 1;
const SOCK_STREAM = 1;

/** What native code opens, of which Node's permission model knows nothing: files, and a socket to programs of this machine. */
async function openedByNative(files: string[]): Promise<{ files: string[]; localSocket: boolean }> {
  const { dlopen } = await import('node:ffi');
  const { functions } = dlopen(null, {
    open: { arguments: ['string', 'i32'], return: 'i32' },
    socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
  });
  return {
    files: files.filter((file) => functions.open(file, 0) >= 0),
    localSocket: functions.socket(AF_UNIX, SOCK_STREAM, 0) >= 0,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { bundles, read, write, port, syscalls } = JSON.parse(line) as Probe;
  await barIfWalled(bundles ? { network: true } : { programs: true, localSockets: true });
  const connected = await new Promise<boolean>((resolve) => {
    try {
      connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    } catch {
      resolve(false);
    }
  });
  const byBundler: string[] = [];
  if (bundles) for (const file of read) if (await bundled(file)) byBundler.push(file);
  const result = {
    read: read.filter((file) => allowed(() => readFileSync(file))),
    byBundler,
    written: write.filter((file) => allowed(() => writeFileSync(file, 'x'))),
    environment: Object.keys(process.env),
    connected,
    started: allowed(() => {
      const { error } = spawnSync(process.execPath, ['--version']);
      if (error !== undefined) throw error;
    }),
    letThrough: syscalls.length === 0 ? [] : await letThrough(syscalls),
    byNative: syscalls.length === 0 ? { files: [], localSocket: false } : await openedByNative(read),
  };
  process.stdout.write(`${JSON.stringify({ result })}\n`);
}
process.exit();
