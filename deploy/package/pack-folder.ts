import { join } from 'node:path';
import { z } from 'zod';
import { runNpm } from './run-npm.ts';

/** What the package may take, bytes: the console's editor and compiler are half of it. */
const MAX_PACKED_BYTES = 6 * 1_048_576;

const Packed = z.tuple([z.object({ filename: z.string(), size: z.number(), unpackedSize: z.number() })]);

/**
 * Makes a tarball of a package's folder.
 *
 * @throws {Error} when it is larger than the package may be.
 */
export function packFolder(
  folder: string,
  destination: string,
): { file: string; packedBytes: number; unpackedBytes: number } {
  const told = runNpm(folder, 'pack', '--json', '--ignore-scripts', `--pack-destination=${destination}`);
  const [{ filename, size, unpackedSize }] = Packed.parse(JSON.parse(told));
  if (size > MAX_PACKED_BYTES) {
    throw new Error(`${filename} has ${String(size)} bytes, more than ${String(MAX_PACKED_BYTES)}`);
  }
  return { file: join(destination, filename), packedBytes: size, unpackedBytes: unpackedSize };
}
