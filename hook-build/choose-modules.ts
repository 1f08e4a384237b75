import { DEFAULT_COMPANIONS, DEFAULT_MODULES } from './default-modules.ts';
import { isModuleName, isVersionOrTag } from './dependency-rules.ts';
import { HookBuildError } from './errors.ts';
import { isBuiltin, parseRequired } from './module-name.ts';
import type { HookScan } from './scan-hook.ts';

/** A module as it is asked of the registry. */
export interface WantedModule {
  name: string;
  /** A version, a range or a tag. */
  version: string;
}

export interface ChosenModules {
  /** By the name in `node_modules`, sorted. */
  install: Record<string, WantedModule>;
  /** Under which name in `node_modules` each text that the hook requires is found. */
  found: ReadonlyMap<string, string>;
}

/**
 * Which modules a hook needs: those it declares, those it requires with a version in the name, and for the rest the default
 * ones.
 * @throws HookBuildError `module_undeclared`, `module_unresolved`, `dependency_invalid`
 */
export function chooseModules(scan: Pick<HookScan, 'required'>, dependencies: Record<string, string>): ChosenModules {
  const install = new Map<string, WantedModule>();
  for (const [name, version] of Object.entries(dependencies)) install.set(name, validModule(name, version));
  const found = new Map<string, string>();

  for (const { text, location } of scan.required) {
    if (isBuiltin(text)) continue;
    const required = parseRequired(text);
    if (required === undefined) {
      throw new HookBuildError('module_unresolved', `cannot require "${text}": a hook is one file`, { location });
    }
    const { name, version, subpath } = required;
    if (version !== undefined) {
      found.set(text, place(install, validModule(name, version)) + subpath);
      continue;
    }
    if (!install.has(name)) {
      const byDefault = Object.hasOwn(DEFAULT_MODULES, name) ? DEFAULT_MODULES[name] : undefined;
      if (byDefault === undefined) {
        const message = `the module "${name}" is not declared: add it to the hook's dependencies, as "${name}": "<version>"`;
        throw new HookBuildError('module_undeclared', message, { module: name, location });
      }
      install.set(name, { name, version: byDefault });
      const companion = DEFAULT_COMPANIONS[name];
      if (companion !== undefined && !install.has(companion)) {
        install.set(companion, { name: companion, version: DEFAULT_MODULES[companion] ?? '*' });
      }
    }
    found.set(text, text);
  }
  return { install: Object.fromEntries([...install].sort(([a], [b]) => (a < b ? -1 : 1))), found };
}

/** Two versions of a module can be used together: the second gets a name of its own, which no other version has. */
function place(install: Map<string, WantedModule>, wanted: WantedModule): string {
  const { name, version } = wanted;
  const there = install.get(name);
  if (there === undefined) install.set(name, wanted);
  if (there === undefined || there.version === version) return name;
  const alias = `${name}--${version.replace(/[^a-z0-9.-]/gi, (character) => `_${character.charCodeAt(0).toString(16)}_`)}`;
  install.set(alias, wanted);
  return alias;
}

function validModule(name: string, version: unknown): WantedModule {
  if (!isModuleName(name)) {
    throw new HookBuildError('dependency_invalid', `"${name}" is not the name of a module`, { module: name });
  }
  if (typeof version !== 'string' || !isVersionOrTag(version.trim())) {
    const message = `the version of "${name}" must be a version, a range or a tag, not ${JSON.stringify(version)}`;
    throw new HookBuildError('dependency_invalid', message, { module: name });
  }
  return { name, version: version.trim() || '*' };
}
