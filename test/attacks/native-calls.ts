import { dlopen, getRawPointer, toArrayBuffer } from 'node:ffi';
import { getSystemErrorName } from 'node:util';

/** Text is given as a C string, bytes as they are, another attempt's name as what came of it. */
export type Argument = number | { text: string } | { bytes: number[] } | { of: string };
export type Attempt = { name: string; syscall: number; args: Argument[] };
/** What came of each attempt: a number, or the error's name. */
export type Found = Record<string, number | string>;

const { functions } = dlopen(null, {
  syscall: { arguments: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'], return: 'i64' },
  __errno_location: { arguments: [], return: 'pointer' },
});
const errno = new Int32Array(toArrayBuffer(functions.__errno_location(), Int32Array.BYTES_PER_ELEMENT, false));
/** Must stay where it is for as long as calls may use it. */
const memory: ArrayBuffer[] = [];

function inMemory(bytes: Uint8Array): bigint {
  const buffer = new ArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  memory.push(buffer);
  return getRawPointer(buffer);
}

/** What an argument is when the call is made; all that asks for a right of Node's is done before. */
function prepareArgument(arg: Argument): (found: Found) => bigint {
  if (typeof arg !== 'number' && 'of' in arg) {
    return (found) => BigInt(typeof found[arg.of] === 'number' ? (found[arg.of] ?? -1) : -1);
  }
  const value =
    typeof arg === 'number'
      ? BigInt(arg)
      : inMemory('text' in arg ? Buffer.from(`${arg.text}\0`) : Uint8Array.from(arg.bytes));
  return () => value;
}

/** Readies system calls, as native code of this process makes them; the function it gives makes them. */
export function prepareAttempts(attempts: readonly Attempt[]): () => Found {
  const prepared = attempts.map(({ args, ...call }) => ({ ...call, args: args.map(prepareArgument) }));
  return () => {
    const found: Found = {};
    for (const { name, syscall, args } of prepared) {
      const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = args.map((arg) => arg(found));
      try {
        const result = functions.syscall(BigInt(syscall), a, b, c, d, e, f);
        found[name] = result === -1n ? getSystemErrorName(-(errno[0] ?? 0)) : Number(result);
      } catch (error) {
        found[name] = String(error);
      }
    }
    return found;
  };
}

const REFUSALS: unknown[] = ['EPERM', 'ENOSYS', 'EBADF'];

/** What was not refused. */
export function allowedOf(found: Found): Found {
  return Object.fromEntries(Object.entries(found).filter(([, how]) => !REFUSALS.includes(how)));
}
