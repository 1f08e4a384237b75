import { cacheFolder } from '../cache-folder.ts';
import { bundleHook } from './bundle/bundle-hook.ts';
import { chooseModules } from './choose-modules.ts';
import { inertDirective } from './inert-directive.ts';
import type { InstalledModule } from './install/lockfile.ts';
import { obtainModules } from './install/module-set.ts';
import { scanHook } from './scan-hook.ts';

export interface HookSource {
  /** The author's file: CommonJS, or a module whose default export is the hook. */
  code: string;
  /** Modules of npm, name -> version, range or tag, as Auth0's `dependencies` of a hook. A range is resolved once and kept. */
  dependencies: Record<string, string>;
}

export interface BuildHookOptions {
  /** Where modules come from. Default: what npm is configured with. */
  registry?: string;
  /** Where resolved modules are kept. Default: `HOOKMINT_CACHE_DIR`, or `hookmint` in the user's cache folder. */
  cacheDir?: string;
  /** Told in one line each what takes its time. */
  report?: (line: string) => void;
}

export interface BuiltHook {
  /** CommonJS to be compiled in the isolate; the hook's code itself when it needs nothing. */
  script: string;
  /** Maps `script` to `hook.js`, the author's file, and to the modules' files; null when `script` is the author's file. */
  sourceMap: string | null;
  /** Everything that npm brought in, sorted. */
  modules: InstalledModule[];
}

/**
 * Makes the one script that a hook runs as, with every module that it requires in it. For whoever writes configuration: it runs
 * the npm client and reads files.
 *
 * The same input gives the same script, byte for byte.
 * @throws HookBuildError
 */
export async function buildHook(source: HookSource, options: BuildHookOptions = {}): Promise<BuiltHook> {
  const code = inertDirective(source.code);
  const scan = await scanHook(code);
  if (scan.required.length === 0 && !scan.isModule && !scan.usesBuffer)
    return { script: source.code, sourceMap: null, modules: [] };

  const { install, found } = chooseModules(scan, source.dependencies);
  const modules =
    found.size === 0
      ? undefined
      : await obtainModules(install, {
          registry: options.registry,
          cacheDir: options.cacheDir ?? cacheFolder(),
          report: options.report ?? (() => undefined),
        });
  const bundle = await bundleHook(code, scan, found, modules);
  return { ...bundle, modules: modules?.modules ?? [] };
}
