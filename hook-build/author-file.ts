import { messageOf } from '../shared/errors.ts';
import { MAX_HOOK_CODE_BYTES } from '../shared/domain/hook.ts';
import { HookBuildError } from './errors.ts';
import { fileOfLanguage, HOOK_FILE } from './hook-file.ts';
import { readRegularFile } from '../shared/read-text-file.ts';
import { UsageError } from '../shared/usage-error.ts';

/**
 * Reads the code in a hook's file, whatever it says.
 *
 * @throws {UsageError} One that cannot be read, is too large or is empty.
 */
export function readHookCode(file: string): string {
  let code: string;
  try {
    code = readRegularFile(file, MAX_HOOK_CODE_BYTES);
  } catch (error) {
    throw new UsageError(`The hook ${file} cannot be read: ${messageOf(error)}.`);
  }
  if (code.trim() === '') throw new UsageError(`The hook ${file} is empty.`);
  return code;
}

const HOOK_FILES: ReadonlySet<string> = new Set([HOOK_FILE, fileOfLanguage('typescript')]);

/** The error of a build, with the author's name of the file. */
export function inAuthorsFile(error: unknown, file: string): unknown {
  if (!(error instanceof HookBuildError) || error.location === undefined) return error;
  if (!HOOK_FILES.has(error.location.file)) return error;
  const { code, module, location, bareMessage, cause } = error;
  return new HookBuildError(code, bareMessage, { module, location: { ...location, file }, cause });
}
