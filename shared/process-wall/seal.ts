import { barredRules, type Barred } from './barred-rules.ts';
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
 * Gives up, if this process was started behind a wall, what no program needs that has its files and its pipes: {@link barredRules}. What
 * it starts is under the same rules, and what one without a network starts opens no file but those that Node's permission model lets this
 * process read, so not even Node, where the kernel has Landlock.
 *
 * @throws {WallError}
 */
export async function barIfWalled(barred: Barred): Promise<void> {
  if (!process.argv.includes(SEALED)) return;
  const native = await openNative();
  native.endWithParent();
  native.limit('to make no core dumps', RLIMIT_CORE, 0n);
  native.filter(barredRules(barred), 'allow', true);
  if (barred.network) native.confine(permittedFolders(), []);
}

function permittedFolders(): string[] {
  const option = '--allow-fs-read=';
  return process.execArgv.filter((arg) => arg.startsWith(option)).map((arg) => arg.slice(option.length));
}

/**
 * Gives up, for good and for every thread, all system calls but those that a started process needs: {@link sealedRules}. Then even native
 * code in it opens no file and no socket, starts no program and reaches no other process.
 *
 * It ends with who started it, whatever runs in it then. Call it when everything is loaded, in a process that a `Wall` started. It needs `node:ffi` until then.
 *
 * @throws {WallError} Nothing was given up, or not everything: the process must end.
 */
async function seal(): Promise<void> {
  const native = await openNative();
  native.endWithParent();
  // A core dump would hold the secrets of hooks.
  native.limit('to make no core dumps', RLIMIT_CORE, 0n);
  native.filter(sealedRules(process.pid), 'refuse', true);
}
