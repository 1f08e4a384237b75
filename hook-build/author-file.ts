import { Script } from 'node:vm';
import { messageOf } from '../shared/errors.ts';
import { MAX_HOOK_CODE_BYTES } from '../shared/domain/hook.ts';
import { inspectHook } from './build-hook.ts';
import { HookBuildError } from './errors.ts';
import { HOOK_FILE } from './hook-file.ts';
import { readRegularFile } from '../shared/read-text-file.ts';
import { UsageError } from '../shared/usage-error.ts';
import { hookScript, LINE_OFFSET } from './hook-script.ts';

const IMPORT_OR_EXPORT = /^[ \t]*(?:import|export)\b/m;

/**
 * Reads a hook's file and checks that it compiles, without running it.
 *
 * @throws {UsageError} One that cannot be read or is too large.
 * @throws {HookBuildError} `hook_syntax_error`
 */
export async function readHook(file: string): Promise<string> {
  let code: string;
  try {
    code = readRegularFile(file, MAX_HOOK_CODE_BYTES);
  } catch (error) {
    throw new UsageError(`The hook ${file} cannot be read: ${messageOf(error)}.`);
  }
  if (code.trim() === '') throw new UsageError(`The hook ${file} is empty.`);
  await checkHook(code);
  return code;
}

/**
 * Checks that a hook's code compiles.
 *
 * @throws {HookBuildError} `hook_syntax_error`
 */
export async function checkHook(code: string): Promise<void> {
  // V8 refuses more than the bundler does, names of the error classes declared again among it; modules it cannot take like this.
  const { isModule } = IMPORT_OR_EXPORT.test(code) ? await inspectHook(code) : { isModule: false };
  if (!isModule) compile(code);
}

function compile(code: string): void {
  try {
    new Script(hookScript(code), { filename: HOOK_FILE, lineOffset: LINE_OFFSET });
  } catch (error) {
    // V8 tells the line before the message, and the column only as a caret below the line.
    const [first = '', , carets = ''] = (error instanceof Error ? (error.stack ?? '') : '').split('\n');
    const line = Number(/:(\d+)$/.exec(first)?.[1] ?? 1);
    const location = { file: HOOK_FILE, line, column: carets.indexOf('^') + 1 };
    throw new HookBuildError('hook_syntax_error', messageOf(error), { location, cause: error });
  }
}

/** The error of a build, with the author's name of the file. */
export function inAuthorsFile(error: unknown, file: string): unknown {
  if (!(error instanceof HookBuildError) || error.location?.file !== HOOK_FILE) return error;
  const { code, module, location, message, cause } = error;
  const bare = message.replace(`${HOOK_FILE}:${location.line}:${location.column}: `, '');
  return new HookBuildError(code, bare, { module, location: { ...location, file }, cause });
}
