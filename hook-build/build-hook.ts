import { z } from 'zod';
import { cacheFolder } from '../shared/cache-folder.ts';
import { CODE_KINDS, type HookKind } from '../shared/domain/contracts.ts';
import { MAX_HOOK_SCRIPT_BYTES, type HookLanguage } from '../shared/domain/hook.ts';
import type { Wall } from '../shared/process-wall/wall.ts';
import type { Asker } from '../shared/turns.ts';
import { ownRegistry, ownWall } from './build-settings.ts';
import { HookBundle, type BuiltHook } from './built-hook.ts';
import { builtWebhook } from './built-webhook.ts';
import { inAuthorsFile } from './author-file.ts';
import { chooseModules } from './choose-modules.ts';
import { HookBuildError } from './errors.ts';
import { fileOfLanguage } from './hook-file.ts';
import type { HookSource } from './hook-source.ts';
import { distinctModules } from './install/locked-module.ts';
import { obtainModules, packagesFolder, withModules } from './install/module-set.ts';
import { BUNDLE_TIMEOUT_MS } from './limits.ts';
import { withBundler } from './process/bundlers.ts';
import { inTurn } from './turns.ts';

export interface BuildHookOptions {
  /** Where modules come from. Default: `HOOKMINT_NPM_REGISTRY`, or what npm is configured with. */
  registry?: string | undefined;
  /** Where resolved modules are kept. Default: `HOOKMINT_CACHE_DIR`, or `hookmint` in the user's cache folder. */
  cacheDir?: string | undefined;
  /** Told in one line each what takes its time. */
  report?: ((line: string) => void) | undefined;
  /** What stands around the processes that build. Default: what `HOOKMINT_SANDBOX_WALL` says. */
  wall?: Wall | undefined;
  /** Who has it built, among whom the places are shared. */
  asker?: Asker | undefined;
}

const Location = z.object({ file: z.string(), line: z.number(), column: z.number() });
const Required = z
  .object({ text: z.string(), location: Location.optional() })
  .transform(({ text, location }) => ({ text, location }));
const Scan = z.object({
  kind: z.enum(CODE_KINDS),
  required: z.array(Required),
  isModule: z.boolean(),
  needsBundle: z.boolean(),
  exportsNothing: z.string().optional(),
});

/**
 * Makes the one script that a hook runs as, with every module that it requires in it. Code of authors and of modules is read by
 * processes that hold nothing worth having, and nothing but that code and what stands in for Node's modules is read by them.
 *
 * The same input gives the same script, byte for byte. What is no code is nothing to build: `builtWebhook`.
 * @throws HookBuildError
 */
export async function buildHook(source: HookSource, options: BuildHookOptions = {}): Promise<BuiltHook> {
  const built = inTurn(() => buildHere(source, options), options.asker);
  return inFileOf(source.language, built);
}

/**
 * Reads a hook's code without building it, for an early word on code that no build would take.
 * @throws HookBuildError `hook_syntax_error`, `hook_exports_nothing`
 */
export async function inspectHook(
  code: string,
  language?: HookLanguage,
  contract?: HookKind,
): Promise<Omit<z.infer<typeof Scan>, 'kind'> & { kind: HookKind }> {
  const webhook = builtWebhook({ code, language, contract, dependencies: {} });
  if (webhook !== undefined) return { kind: webhook.kind, required: [], isModule: false, needsBundle: false };
  return inFileOf(language, inspectHere({ code, language, contract }));
}

async function inspectHere(scan: Pick<HookSource, 'code' | 'language' | 'contract'>): Promise<z.infer<typeof Scan>> {
  const packages = await packagesFolder(cacheFolder());
  const wall = await ownWall();
  const scanned = await inTurn(() =>
    withBundler(packages, wall, (bundler) => bundler.ask({ scan }, Scan, BUNDLE_TIMEOUT_MS)),
  );
  mustExport(scanned);
  return scanned;
}

/** Errors name the file that the code is in, as far as its language tells. */
async function inFileOf<T>(language: HookLanguage | undefined, building: Promise<T>): Promise<T> {
  try {
    return await building;
  } catch (error) {
    throw inAuthorsFile(error, fileOfLanguage(language));
  }
}

function mustExport({ exportsNothing }: z.infer<typeof Scan>): void {
  if (exportsNothing !== undefined) throw new HookBuildError('hook_exports_nothing', exportsNothing);
}

async function buildHere(source: HookSource, options: BuildHookOptions): Promise<BuiltHook> {
  const { code, language, contract, dependencies } = source;
  const cacheDir = options.cacheDir ?? cacheFolder();
  const packages = await packagesFolder(cacheDir);
  const { registry = ownRegistry(), report = () => undefined, wall = await ownWall() } = options;
  return withBundler(packages, wall, async (bundler) => {
    const asked = await bundler.ask({ scan: { code, language, contract } }, Scan, BUNDLE_TIMEOUT_MS);
    const { kind, ...scan } = asked;
    const { install, found } = chooseModules(scan, dependencies);
    if (!scan.needsBundle) {
      mustExport(asked);
      return { kind, script: code, sourceMap: null, modules: [] };
    }
    const modules = found.size === 0 ? [] : await obtainModules(install, { registry, cacheDir, report, wall });
    const request = { code, language, kind, isModule: scan.isModule, found: [...found], modules, packages };
    const bundle = { ...request, maxScriptBytes: MAX_HOOK_SCRIPT_BYTES };
    const { script, sourceMap } = await withModules(modules, packages, () =>
      bundler.ask({ bundle }, HookBundle, BUNDLE_TIMEOUT_MS),
    );
    mustExport(asked);
    return { kind, script, sourceMap, modules: distinctModules(modules) };
  });
}
