import { build, type BuildOptions } from 'esbuild';
import { CONTRACTS, type HookKind } from '../../shared/domain/contracts.ts';
import type { HookLanguage } from '../../shared/domain/hook.ts';
import { keepAuthorsLines } from '../authors-lines.ts';
import { HookBuildError } from '../errors.ts';
import { buildFailure, shownPath } from '../esbuild-failure.ts';
import { inertDirective } from '../inert-directive.ts';
import type { LockedModule } from '../install/locked-module.ts';
import { moduleOfFile } from '../module-name.ts';
import { mustCompile } from '../must-compile.ts';
import { HOOK_FILE } from '../hook-file.ts';
import { withCalledExported } from '../top-level-names.ts';
import { CoreFiles } from './core-files.ts';
import { ModuleFiles } from './module-files.ts';
import { CORE, ENTRY_FILE, resolvePlugin } from './resolve-plugin.ts';

const LARGEST_TOLD = 3;

export interface HookBundle {
  script: string;
  sourceMap: string;
}

/** What a builder process is asked to bundle. */
export interface BundleRequest {
  code: string;
  language?: HookLanguage | undefined;
  kind: HookKind;
  isModule: boolean;
  /** What the hook requires, and under which name in `node_modules` it is found. */
  found: [text: string, place: string][];
  modules: LockedModule[];
  /** Of package files. */
  packages: string;
  maxScriptBytes: number;
}

/**
 * One script of a hook and all that it requires. Its source map leads to the author's lines only.
 * @throws {HookBuildError} `hook_syntax_error`, `module_native`, `module_unresolved`, `module_unreadable`, `modules_too_large`,
 *   `bundle_too_large`
 */
export async function bundle({ maxScriptBytes, ...asked }: BundleRequest): Promise<HookBundle> {
  const resolution = {
    entry: entryOf(asked),
    hook: withCalledExported(inertDirective(asked.code), asked.kind, asked.isModule),
    language: asked.language,
    found: new Map(asked.found),
    modules: new ModuleFiles(asked.modules, asked.packages),
    core: new CoreFiles(),
    namesStorage: false,
    onText(text: string) {
      this.namesStorage ||= text.includes('AsyncLocalStorage');
    },
  };
  let options: BuildOptions = { ...COMMON, plugins: [resolvePlugin(resolution)] };
  let readable = await run(options);
  if (resolution.namesStorage && readable.files.has(ASYNC_CONTEXT)) {
    resolution.entry = entryOf(asked, [ASYNC_CONTEXT]);
    options = { ...COMMON, supported: WITHOUT_AWAIT, plugins: [resolvePlugin(resolution)] };
    readable = await run(options);
  }
  if (sizeOf(readable) <= maxScriptBytes) return bundleOf(readable);
  const dense = await run({
    ...options,
    plugins: [resolvePlugin(resolution)],
    minifyWhitespace: true,
    minifySyntax: true,
  });
  if (sizeOf(dense) <= maxScriptBytes) return bundleOf(dense);
  throw tooLarge(dense, maxScriptBytes);
}

const COMMON = {
  entryPoints: [ENTRY_FILE],
  outfile: 'hook.bundle.js',
  bundle: true,
  write: false,
  format: 'cjs',
  platform: 'node',
  mainFields: ['main', 'module'],
  target: 'esnext',
  charset: 'utf8',
  legalComments: 'none',
  // A class or function is called as its author called it, also where the bundle has another of that name.
  keepNames: true,
  sourcemap: 'external',
  sourcesContent: false,
  // The bundler must not look for one.
  tsconfigRaw: '{}',
  logLevel: 'silent',
  // A scope of its own: a module's class of the same name as one of the error classes for hooks does not meet it.
  banner: { js: '(function () {' },
  footer: { js: '}).call(this);' },
} satisfies BuildOptions;

/** Keeps the context of AsyncLocalStorage at each `then`, which is why `await` must be one. It comes first, before others take `then`. */
const ASYNC_CONTEXT = 'core/shims/async-hooks.js';
const WITHOUT_AWAIT = { 'async-await': false, 'async-generator': false, 'for-await': false };

function entryOf({ isModule, kind }: Pick<BundleRequest, 'isModule' | 'kind'>, before: readonly string[] = []): string {
  const globals = ['core/shims/globals.js', ...before].map((file) => `require('./${file}');`).join('\n');
  const hook = `require('./${HOOK_FILE}')`;
  if (!isModule || CONTRACTS[kind].exported !== undefined) return `${globals}\nmodule.exports = ${hook};\n`;
  return `${globals}\nconst hook = ${hook};\nmodule.exports = 'default' in hook ? hook.default : hook;\n`;
}

interface Output extends HookBundle {
  files: ReadonlySet<string>;
  /** Bytes that each module adds. */
  sizes: Map<string, number>;
}

async function run(options: BuildOptions): Promise<Output> {
  try {
    const { outputFiles = [], metafile } = await build({ ...options, metafile: true });
    const script = outputFiles.find(({ path }) => path.endsWith('.js'))?.text;
    const sourceMap = outputFiles.find(({ path }) => path.endsWith('.map'))?.text;
    const inputs = metafile.outputs[COMMON.outfile]?.inputs;
    if (script === undefined || sourceMap === undefined || inputs === undefined) {
      throw new Error('esbuild wrote no script');
    }
    const sizes = new Map<string, number>();
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const path = shownPath(file);
      const name = path.startsWith(CORE) ? 'the modules of Node' : (moduleOfFile(`/${path}`)?.name ?? HOOK_FILE);
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
    return { script, sourceMap, sizes, files: new Set(Object.keys(inputs).map(shownPath)) };
  } catch (error) {
    throw buildFailure(error);
  }
}

function bundleOf({ script, sourceMap }: Output): HookBundle {
  mustCompile(script, sourceMap);
  return { script, sourceMap: keepAuthorsLines(sourceMap) };
}

function sizeOf({ script }: Output): number {
  return Buffer.byteLength(script);
}

/** Modules whose parts can be required alone. */
const SMALLER: ReadonlyMap<string, string> = new Map([
  ['aws-sdk', "require one client of it, as require('aws-sdk/clients/dynamodb'), or the module of @aws-sdk for it"],
]);

function tooLarge({ script, sizes }: Output, maxScriptBytes: number): HookBuildError {
  const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, LARGEST_TOLD);
  const told = largest.map(([name, bytes]) => `${name} ${megabytes(bytes)}`).join(', ');
  const size = megabytes(Buffer.byteLength(script));
  const instead = SMALLER.get(largest[0]?.[0] ?? '');
  const message = `the hook and its modules are ${size}, over the limit of ${megabytes(maxScriptBytes)}; the largest: ${told}${instead === undefined ? '' : `; ${instead}`}`;
  return new HookBuildError('bundle_too_large', message, { module: largest[0]?.[0] });
}
