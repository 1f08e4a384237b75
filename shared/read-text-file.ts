import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 64 * 1024;

/**
 * Reads an untrusted file: a regular one, never a pipe, device or socket, whose read might never end.
 *
 * @throws {Error} One that says why in a few words, without the path.
 */
export function readRegularFile(path: string, maxBytes: number): string {
  // Without O_NONBLOCK, which Windows does not have, a pipe is waited for before it is known to be one.
  return read(path, constants.O_RDONLY | constants.O_NONBLOCK, maxBytes, true);
}

/** Reads a file that the caller named on the command line, which may be a pipe: `--secrets <(…)`. */
export function readGivenFile(path: string, maxBytes: number): string {
  return read(path, constants.O_RDONLY, maxBytes, false);
}

function read(path: string, flags: number, maxBytes: number, mustBeRegular: boolean): string {
  const file = openSync(path, flags);
  try {
    if (mustBeRegular && !fstatSync(file).isFile()) throw new Error('it is not a regular file');
    const chunks: Buffer[] = [];
    for (let bytes = 0; ;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const count = readSync(file, chunk);
      if (count === 0) return Buffer.concat(chunks).toString();
      bytes += count;
      if (bytes > maxBytes) throw new Error(`it is over ${String(maxBytes)} bytes`);
      chunks.push(chunk.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}
