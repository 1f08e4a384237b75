import { existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { readDependencies } from '../../deploy/local/hook-file.ts';
import { readHookCode } from '../../hook-build/author-file.ts';
import { languageOf } from '../../hook-build/hook-file.ts';
import { UsageError } from '../../shared/usage-error.ts';
import { readJsonFile } from '../json-file.ts';
import type { ForeignFiles, ForeignHook } from './foreign-hook.ts';
import { oneScript } from './one-script.ts';
import { unzip } from './unzip.ts';

/** Cognito's own limit of a trigger. */
const WALL_MS = 5_000;

/** `aws lambda get-function-configuration`. */
const Configuration = z.object({
  FunctionName: z.string().optional(),
  Runtime: z.string().optional(),
  /** File and function, as `src/index.handler`. */
  Handler: z.string().optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()).default({}) }).optional(),
});

const HANDLER = /^(.+)\.([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u;

/** Of the clients of AWS that Lambda's runtimes have. */
const AWS_SDK_VERSION = '3';

const ENDINGS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];
/** Where a handler is, of a folder that nothing is said of. */
const USUAL = ['index', 'handler', 'src/index', 'src/handler'];

/**
 * One script of a handler and the files of its folder that it imports; modules of npm are named, and come from the registry.
 *
 * @param path The handler's file, its folder, or the zip of that.
 * @throws {UsageError}
 */
export async function readCognitoLambda(path: string, { configurationFile }: ForeignFiles): Promise<ForeignHook> {
  if (!/\.zip$/i.test(path)) return readHandler(path, configurationFile);
  if (!existsSync(path)) throw new UsageError(`${path} cannot be read.`);
  const folder = mkdtempSync(join(tmpdir(), 'hookmint-lambda-'));
  try {
    await unzip(path, folder);
    return await readHandler(folder, configurationFile).catch((error: unknown) => {
      // Nobody else knows the folder.
      if (error instanceof Error)
        error.message = error.message.replaceAll(realpathSync(folder), path).replaceAll(folder, path);
      throw error;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readHandler(path: string, configurationFile: string | undefined): Promise<ForeignHook> {
  const configuration = configurationFile === undefined ? {} : readJsonFile(configurationFile, Configuration);
  const { FunctionName, Runtime, Handler = 'index.handler', Environment } = configuration;
  if (Runtime !== undefined && !Runtime.startsWith('nodejs')) {
    throw new UsageError(`${FunctionName ?? path} is written for ${Runtime}: hookmint runs JavaScript and TypeScript.`);
  }
  const [, module, name] = HANDLER.exec(Handler) ?? [];
  if (module === undefined || name === undefined) {
    throw new UsageError(`The Handler of ${FunctionName ?? path} must be a file and a function, as index.handler.`);
  }
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const file = isFolder ? handlerIn(path, configurationFile === undefined ? USUAL : [module, ...USUAL]) : path;
  if (!existsSync(file)) throw new UsageError(`${path} cannot be read.`);
  const folder = realpathSync(isFolder ? path : dirname(path));
  const { code, isAlone, modules } = await oneScript(
    folder,
    relative(folder, realpathSync(file)).split(sep).join('/'),
    name,
  );
  // A file that needs no other stays as its author wrote it.
  const isAsWritten = isAlone && name === 'handler';
  const { dependencies, ofLambda } = chosen(modules, readDependencies(join(folder, basename(file))));
  return {
    kind: 'cognito-lambda',
    name: FunctionName ?? basename(file, extname(file)),
    script: isAsWritten ? readHookCode(file) : code,
    language: isAsWritten ? languageOf(file) : 'javascript',
    dependencies,
    secrets: Environment?.Variables ?? {},
    asked: [],
    losses: [],
    on_failure: 'deny',
    wall_ms: WALL_MS,
    notes: [
      'What the handler throws refuses the token: 400 invalid_request with its message.',
      ...(ofLambda.length > 0
        ? [`Lambda has ${ofLambda.join(', ')} without declaring it: version ${AWS_SDK_VERSION} is taken.`]
        : []),
      ...(configurationFile === undefined
        ? ['It has no environment: --configuration FILE gives that of the function.']
        : []),
    ],
  };
}

function handlerIn(folder: string, modules: readonly string[]): string {
  for (const module of modules) {
    const found = ENDINGS.map((ending) => join(folder, `${module}${ending}`)).find((file) => existsSync(file));
    if (found !== undefined) return found;
  }
  throw new UsageError(`${folder} has no ${modules.join(', ')} in JavaScript or TypeScript: name the handler's file.`);
}

/** Versions of the modules that the code imports: of package.json, or of Lambda's own. */
function chosen(modules: readonly string[], declared: Record<string, string>) {
  const imported = new Set(modules);
  const ofLambda = [...imported].filter((name) => name.startsWith('@aws-sdk/') && !Object.hasOwn(declared, name));
  const dependencies: Record<string, string> = Object.fromEntries([
    ...Object.entries(declared).filter(([name]) => imported.has(name)),
    ...ofLambda.map((name): [string, string] => [name, AWS_SDK_VERSION]),
  ]);
  return { dependencies, ofLambda };
}
