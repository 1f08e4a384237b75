import { join, relative, sep } from 'node:path';
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import { isBuiltin } from '../choose-modules.ts';
import type { FailureDetail } from '../esbuild-failure.ts';
import type { ModuleSet } from '../install/module-set.ts';
import { moduleOfFile } from '../module-name.ts';
import { HOOK_FILE } from '../scan-hook.ts';
import { BrowserField } from './browser-field.ts';
import { coreModulePath } from './core-modules.ts';

const UNAVAILABLE = 'not-in-hooks';
const EMPTY = 'empty';
const RESOLVED_BY_ESBUILD = 'resolved by esbuild';

export interface Resolution {
  /** The work folder. */
  folder: string;
  /** Under which name in `node_modules` each text that the hook requires is found. */
  found: ReadonlyMap<string, string>;
  modules: ModuleSet | undefined;
}

/** Where each `require` in a bundle leads: a stand-in for Node's module, a file of the hook's modules, or nowhere. */
export function resolvePlugin(resolution: Resolution): Plugin {
  const core = join(resolution.folder, 'core') + sep;
  const hook = join(resolution.folder, HOOK_FILE);
  const browserField = new BrowserField();

  return {
    name: 'hook-modules',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.kind === 'entry-point' || args.pluginData === RESOLVED_BY_ESBUILD) return undefined;
        if (args.importer.startsWith(core) || args.namespace === UNAVAILABLE) return resolveForCore(build, args);
        if (isBuiltin(args.path)) return coreModule(build, args.path);
        if (args.importer === hook) return resolveForHook(build, args);
        return args.path.startsWith('.') && !args.path.endsWith('.node') ? undefined : resolveForModule(build, args);
      });
      build.onLoad({ filter: /.*/, namespace: UNAVAILABLE }, ({ path }) => ({
        contents: `module.exports = require('./core/shims/unavailable.js')(${JSON.stringify(path)});`,
        resolveDir: resolution.folder,
      }));
      build.onLoad({ filter: /.*/, namespace: EMPTY }, () => ({ contents: '' }));
    },
  };

  async function coreModule(build: PluginBuild, text: string): Promise<OnResolveResult> {
    const name = text.replace(/^node:/, '');
    const path = coreModulePath(name);
    if (path === undefined) return { path: name, namespace: UNAVAILABLE };
    return libraryFile(build, {
      path: `./${path}`,
      importer: '',
      resolveDir: core,
      kind: 'require-call',
      namespace: 'file',
    });
  }

  async function resolveForCore(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult> {
    if (await browserField.leavesOut(args.importer, args.path)) return { path: args.path, namespace: EMPTY };
    if (isBuiltin(args.path)) return coreModule(build, args.path);
    return libraryFile(build, args);
  }

  async function libraryFile(build: PluginBuild, args: Resolvable): Promise<OnResolveResult> {
    const result = await resolveAsEsbuild(build, args);
    if (result.errors.length > 0) return { errors: result.errors };
    const path = await browserField.insteadOf(result.path);
    return path === false ? { path: args.path, namespace: EMPTY } : { path };
  }

  async function resolveForHook(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult> {
    const result = await resolveAsEsbuild(build, { ...args, path: resolution.found.get(args.path) ?? args.path });
    if (result.errors.length > 0) {
      const module = moduleOfFile(`/node_modules/${args.path}`)?.name ?? args.path;
      return failure('module_unresolved', module, `"${args.path}" is not in the module "${module}"`);
    }
    return nativeModule(result.path) ?? { path: result.path, sideEffects: result.sideEffects };
  }

  async function resolveForModule(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult> {
    const result = await resolveAsEsbuild(build, args);
    // As in Node, requiring what is not there fails when it is run, and only there.
    if (result.errors.length > 0 || result.external) return { path: args.path, external: true };
    return nativeModule(result.path) ?? { path: result.path, sideEffects: result.sideEffects };
  }

  function nativeModule(path: string): OnResolveResult | undefined {
    const module = moduleOfFile(path);
    if (module === undefined) return undefined;
    const folder = relative(resolution.folder, module.folder).split(sep).join('/');
    if (resolution.modules?.native.includes(folder) !== true && !path.endsWith('.node')) return undefined;
    if (resolution.modules?.optional.includes(folder) === true) return { path: module.name, external: true };
    return failure(
      'module_native',
      module.name,
      `the module "${module.name}" needs compiled code, which hooks cannot run: use one written in JavaScript alone`,
    );
  }
}

type Resolvable = Pick<OnResolveArgs, 'path' | 'importer' | 'resolveDir' | 'kind' | 'namespace'>;

function resolveAsEsbuild(build: PluginBuild, { path, importer, resolveDir, kind, namespace }: Resolvable) {
  return build.resolve(path, { importer, resolveDir, kind, namespace, pluginData: RESOLVED_BY_ESBUILD });
}

function failure(code: FailureDetail['code'], module: string, text: string): OnResolveResult {
  return { errors: [{ text, detail: { code, module } satisfies FailureDetail }] };
}
