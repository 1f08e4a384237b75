// Started behind a wall in a sandbox process's place: makes the system calls that it is told, as native code would that got out of V8.
import { dlopen, getInt32, getRawPointer } from 'node:ffi';
import { getSystemErrorName } from 'node:util';
import { ownChannel } from '../../shared/process-wall/channel.ts';
import { SEALED, sealIfWalled } from '../../shared/process-wall/seal.ts';

/** Text is given as a C string, bytes as they are, another attempt's name as what came of it. */
export type Argument = number | { text: string } | { bytes: number[] } | { of: string };
export type Attempt = { name: string; syscall: number; args: Argument[] };
export type Task = { seal: boolean; attempts: Attempt[] };
/** What came of each attempt: a number, or the error's name. */
export type Found = Record<string, number | string>;

const { functions } = dlopen(null, {
  syscall: { arguments: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'], return: 'i64' },
  __errno_location: { arguments: [], return: 'pointer' },
});
const errno = functions.__errno_location();
/** Must stay where it is for as long as calls may use it. */
const memory: ArrayBuffer[] = [];

function inMemory(bytes: Uint8Array): bigint {
  const buffer = new ArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  memory.push(buffer);
  return getRawPointer(buffer);
}

function attempt({ syscall, args }: Attempt, found: Found): number | string {
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = args.map((arg) => {
    if (typeof arg === 'number') return BigInt(arg);
    if ('text' in arg) return inMemory(Buffer.from(`${arg.text}\0`));
    if ('bytes' in arg) return inMemory(Uint8Array.from(arg.bytes));
    const earlier = found[arg.of];
    return BigInt(typeof earlier === 'number' ? earlier : -1);
  });
  const result = functions.syscall(BigInt(syscall), a, b, c, d, e, f);
  return result === -1n ? getSystemErrorName(-getInt32(errno)) : Number(result);
}

const channel = ownChannel();
channel.onMessage((message) => {
  const task = message as Task;
  void (async () => {
    if (!task.seal) process.argv = process.argv.filter((arg) => arg !== SEALED);
    await sealIfWalled();
    const found: Found = {};
    for (const one of task.attempts) {
      try {
        found[one.name] = attempt(one, found);
      } catch (error) {
        found[one.name] = String(error);
      }
    }
    channel.send(found, () => process.exit(0));
  })();
});
