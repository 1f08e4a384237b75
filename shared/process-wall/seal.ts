import { openNative } from './native.ts';
import { sealedRules } from './sealed-rules.ts';

const RLIMIT_CORE = 4n;

/** Argument of a process that is started behind a wall. */
export const SEALED = '--sealed';

/** Seals this process if it was started behind a wall. */
export async function sealIfWalled(): Promise<void> {
  if (process.argv.includes(SEALED)) await seal();
}

/**
 * Gives up, for good and for every thread, all system calls but those that a started process needs: {@link sealedRules}. Then even native
 * code in it opens no file and no socket, starts no program and reaches no other process.
 *
 * Call it when everything is loaded, in a process that a `Wall` started. It needs `node:ffi` until then.
 *
 * @throws {WallError} Nothing was given up, or not everything: the process must end.
 */
async function seal(): Promise<void> {
  const native = await openNative();
  // A core dump would hold the secrets of hooks.
  native.limit('to make no core dumps', RLIMIT_CORE, 0n);
  native.filter(sealedRules(process.pid), 'refuse', true);
}
