import { posix } from 'node:path';
import type { OnLoadArgs, OnLoadResult, OnResolveArgs, OnResolveResult, PartialMessage, Plugin } from 'esbuild';
import type { HookLanguage } from '../../shared/domain/hook.ts';
import { BUNDLE_NAMESPACE, isBuildFailure, type FailureDetail } from '../esbuild-failure.ts';
import { MAX_BUNDLED_BYTES, MAX_BUNDLED_FILES, MAX_GLOB_LENGTH, MAX_GLOB_WILDCARDS } from '../limits.ts';
import { isBuiltin, parseRequired } from '../module-name.ts';
import { HOOK_FILE } from '../hook-file.ts';
import { BrowserField } from './browser-field.ts';
import { withoutComputedRequires } from './computed-requires.ts';
import type { CoreFiles } from './core-files.ts';
import { coreModulePath } from './core-modules.ts';
import { loaderOf, loaderOfLanguage } from './loaders.ts';
import type { ModuleFiles } from './module-files.ts';
import { Resolver, type RequestKind } from './resolve.ts';
import { UNAVAILABLE_MODULES } from './unavailable-modules.ts';

/** The file that a bundle begins with. */
export const ENTRY_FILE = 'entry.js';
export const CORE = 'core/';

const UNAVAILABLE = 'not-in-hooks';
const EMPTY = 'empty';
/** Tells the bundler that a `.js` file is a module, as package.json of its own says by `"type": "module"`. */
const AS_MODULE = '?.mjs';
// The last such comment counts. Others would have the bundler read whatever file they name.
const NO_SOURCE_MAP = '\n//# sourceMappingURL=none:';

export interface Resolution {
  entry: string;
  hook: string;
  /** What the hook is written in; default: JavaScript. */
  language: HookLanguage | undefined;
  /** Under which name in `node_modules` each text that the hook requires is found. */
  found: ReadonlyMap<string, string>;
  modules: ModuleFiles;
  core: CoreFiles;
  /** Sees the text of each file of the hook and its modules. */
  onText: (text: string) => void;
}

/**
 * Answers the bundler whatever it asks, so that it never looks for itself: where each `require` in a bundle leads (a stand-in for
 * Node's module, a file of the hook's modules, or nowhere), and what is in each file.
 */
export function resolvePlugin(resolution: Resolution): Plugin {
  const { entry, hook, found, modules, core } = resolution;
  const moduleResolver = new Resolver(modules);
  const coreResolver = new Resolver(core);
  const browserField = new BrowserField(coreResolver.packages);
  /** What each path that was answered stands for. */
  const answered = new Map<string, { kind: 'entry' | 'hook' | 'module' | 'core'; path: string }>();
  let bytes = 0;

  return {
    name: 'hook-modules',
    setup(build) {
      build.onResolve({ filter: /.*/ }, resolve);
      build.onLoad({ filter: /.*/ }, load);
    },
  };

  function resolve(args: OnResolveArgs): OnResolveResult {
    if (args.kind === 'entry-point') return file('entry', ENTRY_FILE);
    if (args.kind === 'require-resolve') return { path: args.path, external: true };
    const importer = answered.get(args.importer);
    if (args.namespace === UNAVAILABLE) return file('core', args.path);
    if (importer?.kind === 'entry') {
      return args.path === `./${HOOK_FILE}`
        ? file('hook', HOOK_FILE)
        : file('core', args.path.slice(`./${CORE}`.length));
    }
    if (importer?.kind === 'core') return resolveForCore(importer.path, args);
    if (isBuiltin(args.path)) return coreModule(args.path);
    if (importer?.kind === 'hook') return resolveForHook(args);
    return resolveForModule(importer?.path ?? '', args);
  }

  function coreModule(text: string): OnResolveResult {
    const name = text.replace(/^node:/, '');
    const path = coreModulePath(name);
    return path === undefined
      ? { path: name, namespace: UNAVAILABLE }
      : coreFile(coreResolver.resolve(`./${path}`, '', 'require'), text);
  }

  function resolveForCore(importer: string, args: OnResolveArgs): OnResolveResult {
    if (browserField.leavesOut(importer, args.path)) return { path: args.path, namespace: EMPTY };
    // A library that asks for another library's stand-in gets ours, which may be made of that.
    const name = importer.startsWith('shims/') ? args.path : args.path.replace(/\/$/, '');
    if (isBuiltin(name)) return coreModule(name);
    return coreFile(coreResolver.resolve(args.path, importer, kindOf(args)), args.path);
  }

  function coreFile(path: string | undefined, text: string): OnResolveResult {
    const instead = path === undefined ? undefined : browserField.insteadOf(path);
    if (instead === undefined) return { errors: [{ text: `"${text}" is not in the modules of Node` }] };
    return instead === false ? { path: text, namespace: EMPTY } : file('core', instead);
  }

  function resolveForHook(args: OnResolveArgs): OnResolveResult {
    const path = moduleResolver.resolve(found.get(args.path) ?? args.path, '', kindOf(args));
    if (path !== undefined) return nativeModule(path) ?? moduleFile(path);
    const module = parseRequired(args.path)?.name ?? args.path;
    return failure('module_unresolved', module, `"${args.path}" is not in the module "${module}"`);
  }

  function resolveForModule(importer: string, args: OnResolveArgs): OnResolveResult {
    const path = moduleResolver.resolve(args.path, importer, kindOf(args));
    // As in Node, requiring what is not there fails when it is run, and only there.
    if (path === undefined) return { path: args.path, external: true };
    return nativeModule(path) ?? moduleFile(path);
  }

  function nativeModule(path: string): OnResolveResult | undefined {
    const module = modules.moduleOf(path);
    if (module === undefined || (!path.endsWith('.node') && !modules.isNative(module))) return undefined;
    if (module.optional) return { path: module.name, external: true };
    return failure(
      'module_native',
      module.name,
      `the module "${module.name}" needs compiled code, which hooks cannot run: use one written in JavaScript alone`,
    );
  }

  function moduleFile(path: string): OnResolveResult {
    const around = moduleResolver.packages.around(path);
    const isModule = around?.json.type === 'module' && /\.(?:js|jsx|ts|tsx)$/.test(path);
    const sideEffects = around === undefined || hasSideEffects(around.json.sideEffects, around.folder, path);
    return { ...file('module', path, isModule ? path + AS_MODULE : path), sideEffects };
  }

  function file(kind: 'entry' | 'hook' | 'module' | 'core', path: string, as = path): OnResolveResult {
    const name = kind === 'core' ? CORE + as : as;
    answered.set(name, { kind, path });
    return { path: name, namespace: BUNDLE_NAMESPACE };
  }

  async function load({ path: name, namespace, with: attributes }: OnLoadArgs): Promise<OnLoadResult> {
    if (namespace === EMPTY) return { contents: '' };
    if (namespace === UNAVAILABLE) {
      const told = [name, name, UNAVAILABLE_MODULES[name] ?? ''].map((text) => JSON.stringify(text)).join(', ');
      return { contents: `module.exports = require('shims/unavailable.js')(${told});` };
    }
    const asked = namespace === BUNDLE_NAMESPACE ? answered.get(name) : undefined;
    if (asked === undefined) return { errors: [{ text: `"${name}" cannot be resolved` }] };
    const { kind, path } = asked;
    if (kind === 'entry') return { contents: entry };
    if (kind === 'core') return { contents: core.read(path), loader: loaderOf(path) ?? 'js' };
    const loader = kind === 'hook' ? loaderOfLanguage(resolution.language) : loaderOf(path);
    const type = attributes.type;
    if (loader === undefined || (type !== undefined && !(type === 'json' && loader === 'json'))) {
      return unreadable(
        path,
        `a file of the module cannot be bundled${type === undefined ? '' : ` as "${type}"`}: ${path}`,
      );
    }
    const content = kind === 'hook' ? hook : modules.read(path).toString();
    bytes += content.length;
    resolution.onText(content);
    if (bytes > MAX_BUNDLED_BYTES || answered.size > MAX_BUNDLED_FILES) {
      return failure('modules_too_large', moduleNameOf(path), 'the hook requires too much for a build');
    }
    if (loader === 'json' || loader === 'text') return { contents: content, loader };
    try {
      return { contents: (await withoutComputedRequires(content, path, loader)) + NO_SOURCE_MAP, loader };
    } catch (error) {
      if (isBuildFailure(error)) return { errors: error.errors };
      return unreadable(path, `${path} cannot be bundled: ${error instanceof Error ? error.message : ''}`);
    }
  }

  function unreadable(path: string, text: string): { errors: PartialMessage[] } {
    return failure('module_unreadable', moduleNameOf(path), text);
  }

  function moduleNameOf(path: string): string {
    return modules.moduleOf(path)?.name ?? HOOK_FILE;
  }
}

function kindOf({ kind }: OnResolveArgs): RequestKind {
  return kind === 'import-statement' || kind === 'dynamic-import' ? 'import' : 'require';
}

function hasSideEffects(told: unknown, folder: string, path: string): boolean {
  if (typeof told === 'boolean') return told;
  if (!Array.isArray(told)) return true;
  const own = posix.relative(folder, path);
  return told.some((pattern) => {
    if (typeof pattern !== 'string' || !isPlainGlob(pattern)) return true;
    const bare = pattern.replace(/^\.?\//, '');
    return posix.matchesGlob(own, bare.includes('/') ? bare : `**/${bare}`);
  });
}

/** Whether a package's pattern is matched in time: each further wildcard, and whatever repeats a choice, multiplies it. */
function isPlainGlob(pattern: string): boolean {
  const wildcards = pattern.replaceAll('**/', '/').match(/[*?]/g)?.length ?? 0;
  return pattern.length <= MAX_GLOB_LENGTH && wildcards <= MAX_GLOB_WILDCARDS && !/[()[\]{}|]/.test(pattern);
}

function failure(code: FailureDetail['code'], module: string, text: string): { errors: PartialMessage[] } {
  return { errors: [{ text, detail: { code, module } satisfies FailureDetail }] };
}
