import { existsSync, watch } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import kebabCase from 'lodash/kebabCase.js';
import { inAuthorsFile, readHookCode } from '../../hook-build/author-file.ts';
import { inspectHook } from '../../hook-build/build-hook.ts';
import { languageOf } from '../../hook-build/hook-file.ts';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { HookBuildError } from '../../hook-build/errors.ts';
import { jsonProblem } from '../../shared/json-error.ts';
import { readGivenFile, readRegularFile } from '../../shared/read-text-file.ts';
import { HookSecrets } from '../../shared/hook-secrets.ts';
import { UsageError } from '../../shared/usage-error.ts';

/** An editor saves in several steps; the file is read once it has not changed for this time. */
const SETTLE_MS = 100;

/** A package.json or a file of secrets, bytes. */
const MAX_JSON_BYTES = 1_048_576;

const OWN_NAME = 'hookmint';
const OWN_PACKAGE_FILE = fileURLToPath(new URL('../../package.json', import.meta.url));

/**
 * Reads a hook's file, and its code as far as that can be without the modules that it requires.
 *
 * @throws {UsageError} One that cannot be read, is too large, or does not compile: with file, line and column.
 */
export async function readHookFile(file: string): Promise<string> {
  const code = readHookCode(file);
  await toldOf(file, inspectHook(code, languageOf(file)));
  return code;
}

/** The name that a file's hook has, as the Management API makes it of the file's name. */
export function hookNameOf(file: string): string {
  const name = kebabCase(basename(file, extname(file)));
  return /^[a-z\d-]{1,128}$/.test(name) ? name : 'hook';
}

/**
 * Waits for what builds a hook's file.
 *
 * @throws {UsageError} The code does not compile: with file, line and column.
 */
export async function toldOf<T>(file: string, building: Promise<T>): Promise<T> {
  try {
    return await building;
  } catch (thrown) {
    const error = inAuthorsFile(thrown, file);
    if (!(error instanceof HookBuildError) || error.location === undefined) throw error;
    if (error.code !== 'hook_syntax_error') throw error;
    const { line, column } = error.location;
    const position = `${file}:${String(line)}:${String(column)}`;
    throw new UsageError(`The hook does not compile: ${error.bareMessage} at ${position}`);
  }
}

/**
 * npm modules of a hook, name to version: the `dependencies` of a package.json beside its file, but hookmint, which is there to run it.
 *
 * @throws {UsageError}
 */
export function readDependencies(hookFile: string): Record<string, string> {
  const file = join(dirname(hookFile), 'package.json');
  // A webhook requires none.
  if (extname(hookFile) === '.json') return {};
  // A hook that is tried in a clone of hookmint does not depend on what hookmint does.
  if (file === OWN_PACKAGE_FILE || !existsSync(file)) return {};
  const dependencies = readJson(
    file,
    readRegularFile,
    z.object({ dependencies: z.record(z.string(), z.string()).optional() }),
  );
  return Object.fromEntries(Object.entries(dependencies.dependencies ?? {}).filter(([name]) => name !== OWN_NAME));
}

/**
 * A hook's secrets: a JSON file of names and values.
 *
 * @throws {UsageError}
 */
export function readSecretsFile(file: string | undefined): HookSecrets {
  return file === undefined ? {} : readJson(file, readGivenFile, HookSecrets);
}

function readJson<T>(file: string, read: typeof readGivenFile, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(read(file, MAX_JSON_BYTES)));
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    const reason =
      issue === undefined ? jsonProblem(error) : [issue.path.join('.'), issue.message].filter(Boolean).join(': ');
    throw new UsageError(`${file} cannot be used: ${reason}.`);
  }
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
