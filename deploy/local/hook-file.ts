import { existsSync, readFileSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { messageOf } from '../../shared/errors.ts';
import { z } from 'zod';
import { HookSecrets } from '../../shared/hook-secrets.ts';
import { MAX_HOOK_CODE_BYTES } from '../../shared/domain/hook.ts';
import { hookScript, LINE_OFFSET } from '../../services/hook-executor/sandbox/hook-script.ts';
import { UsageError } from '../../shared/usage-error.ts';

/** An editor saves in several steps; the file is read when it has been quiet for so long. */
const SETTLE_MS = 100;

/**
 * Reads a hook's file and compiles it, without running it.
 *
 * @throws {UsageError} One that cannot be read, is too large, or does not compile: with file, line and column.
 */
export function readHookFile(file: string): string {
  let code: string;
  try {
    code = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`The hook ${file} cannot be read: ${messageOf(error)}.`);
  }
  if (code.trim() === '') throw new UsageError(`The hook ${file} is empty.`);
  if (Buffer.byteLength(code) > MAX_HOOK_CODE_BYTES) {
    throw new UsageError(`The hook ${file} is over ${String(MAX_HOOK_CODE_BYTES)} bytes.`);
  }
  try {
    new Script(hookScript(code), { filename: file, lineOffset: LINE_OFFSET });
  } catch (error) {
    throw new UsageError(`The hook does not compile: ${messageOf(error)} at ${positionIn(file, error)}`);
  }
  return code;
}

/**
 * npm modules of a hook, name to version: the `dependencies` of a package.json beside its file.
 *
 * @throws {UsageError}
 */
export function readDependencies(hookFile: string): Record<string, string> {
  const file = join(dirname(hookFile), 'package.json');
  if (!existsSync(file)) return {};
  const dependencies = readJson(file, z.object({ dependencies: z.record(z.string(), z.string()).optional() }));
  return dependencies.dependencies ?? {};
}

/**
 * A hook's secrets: a JSON file of names and values.
 *
 * @throws {UsageError}
 */
export function readSecretsFile(file: string | undefined): HookSecrets {
  return file === undefined ? {} : readJson(file, HookSecrets);
}

function readJson<T>(file: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    const reason =
      issue === undefined ? messageOf(error) : [issue.path.join('.'), issue.message].filter(Boolean).join(': ');
    throw new UsageError(`${file} cannot be used: ${reason}.`);
  }
}

/** `file:line:column`; V8 tells the column only as a caret below the line. */
function positionIn(file: string, error: unknown): string {
  const [first = '', , carets = ''] = (error instanceof Error ? (error.stack ?? '') : '').split('\n');
  const line = first.startsWith(`${file}:`) ? first.slice(file.length + 1) : '?';
  return `${file}:${line}:${String(carets.indexOf('^') + 1)}`;
}

/** Calls `changed` after each change of the file, also when an editor puts a new one in its place. */
export function watchHookFile(file: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(dirname(file), (_, name) => {
    if (name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MS);
  });
  // The folder is gone, or the machine takes no more watches: the hook stays as it is.
  watcher.on('error', () => watcher.close());
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
