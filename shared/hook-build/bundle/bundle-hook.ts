import { build, type BuildOptions } from 'esbuild';
import { MAX_HOOK_SCRIPT_BYTES } from '../../domain/hook.ts';
import { HookBuildError } from '../errors.ts';
import { buildFailure } from '../esbuild-failure.ts';
import type { ModuleSet } from '../install/module-set.ts';
import { moduleOfFile } from '../module-name.ts';
import { HOOK_FILE, type HookScan } from '../scan-hook.ts';
import { resolvePlugin } from './resolve-plugin.ts';
import { ENTRY_FILE, inWorkFolder } from './work-folder.ts';

const LARGEST_TOLD = 3;

export interface HookBundle {
  script: string;
  sourceMap: string;
}

/**
 * One script of a hook and all that it requires.
 * @throws HookBuildError `module_native`, `module_unresolved`, `module_unreadable`, `bundle_too_large`
 */
export async function bundleHook(
  code: string,
  scan: HookScan,
  found: ReadonlyMap<string, string>,
  modules: ModuleSet | undefined,
): Promise<HookBundle> {
  return inWorkFolder({ entry: entryOf(scan), hook: code, modules: modules?.folder }, async (folder) => {
    const options: BuildOptions = {
      ...COMMON,
      absWorkingDir: folder,
      plugins: [resolvePlugin({ folder, found, modules })],
    };
    const readable = await run(options);
    if (sizeOf(readable) <= MAX_HOOK_SCRIPT_BYTES) return bundleOf(readable);
    const dense = await run({ ...options, minifyWhitespace: true, minifySyntax: true });
    if (sizeOf(dense) <= MAX_HOOK_SCRIPT_BYTES) return bundleOf(dense);
    throw tooLarge(dense);
  });
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
  sourcemap: 'external',
  sourcesContent: false,
  preserveSymlinks: true,
  logLevel: 'silent',
  // A scope of its own: a module's class of the same name as one of the error classes for hooks does not meet it.
  banner: { js: '(function () {' },
  footer: { js: '}).call(this);' },
} satisfies BuildOptions;

function entryOf(scan: HookScan): string {
  const globals = `require('./core/shims/globals.js');`;
  const hook = `require('./${HOOK_FILE}')`;
  if (!scan.isModule) return `${globals}\nmodule.exports = ${hook};\n`;
  return `${globals}\nconst hook = ${hook};\nmodule.exports = 'default' in hook ? hook.default : hook;\n`;
}

interface Output extends HookBundle {
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
      const name = file.startsWith('core/') ? 'the modules of Node' : (moduleOfFile(`/${file}`)?.name ?? HOOK_FILE);
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
    return { script, sourceMap, sizes };
  } catch (error) {
    throw buildFailure(error);
  }
}

function bundleOf({ script, sourceMap }: Output): HookBundle {
  return { script, sourceMap };
}

function sizeOf({ script }: HookBundle): number {
  return Buffer.byteLength(script);
}

function tooLarge({ script, sizes, sourceMap }: Output): HookBuildError {
  const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, LARGEST_TOLD);
  const told = largest.map(([name, bytes]) => `${name} ${megabytes(bytes)}`).join(', ');
  const size = megabytes(sizeOf({ script, sourceMap }));
  const message = `the hook and its modules are ${size}, over the limit of ${megabytes(MAX_HOOK_SCRIPT_BYTES)}; the largest: ${told}`;
  return new HookBuildError('bundle_too_large', message, { module: largest[0]?.[0] });
}
