import { builtinModules } from 'node:module';
import { DEFAULT_COMPANIONS, DEFAULT_MODULES } from './default-modules.ts';
import { HookBuildError } from './errors.ts';
import { parseRequired } from './module-name.ts';
import type { HookScan } from './scan-hook.ts';

const NAME = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*$/i;
// A version, a range or a tag: nothing with a colon or a slash, which would be an address, a folder or another module.
const VERSION = /^[\w.+~^<>=|* -]*$/;

const BUILTIN = new Set(builtinModules);

/** Whether Node itself has a module of that name. */
export function isBuiltin(text: string): boolean {
  return text.startsWith('node:') || BUILTIN.has(text);
}

export interface ChosenModules {
  /** What npm is to install: the name in `node_modules` and what is to be there. */
  install: Record<string, string>;
  /** Under which name in `node_modules` each text that the hook requires is found. */
  found: ReadonlyMap<string, string>;
}

/**
 * Which modules a hook needs: those it declares, those it requires with a version in the name, and for the rest the default
 * ones.
 * @throws HookBuildError `module_undeclared`, `module_unresolved`, `dependency_invalid`
 */
export function chooseModules(scan: HookScan, dependencies: Record<string, string>): ChosenModules {
  for (const [name, version] of Object.entries(dependencies)) requireValid(name, version);
  const install = new Map(Object.entries(dependencies).map(([name, version]) => [name, version.trim() || '*']));
  const found = new Map<string, string>();

  for (const { text, location } of scan.required) {
    if (isBuiltin(text)) continue;
    const required = parseRequired(text);
    if (required === undefined) {
      throw new HookBuildError('module_unresolved', `cannot require "${text}": a hook is one file`, { location });
    }
    const { name, version, subpath } = required;
    if (version !== undefined) {
      requireValid(name, version);
      found.set(text, place(install, name, version) + subpath);
      continue;
    }
    if (!install.has(name)) {
      const byDefault = Object.hasOwn(DEFAULT_MODULES, name) ? DEFAULT_MODULES[name] : undefined;
      if (byDefault === undefined) {
        const message = `the module "${name}" is not declared: add it to the hook's dependencies, as "${name}": "<version>"`;
        throw new HookBuildError('module_undeclared', message, { module: name, location });
      }
      install.set(name, byDefault);
      const companion = DEFAULT_COMPANIONS[name];
      if (companion !== undefined && !install.has(companion)) install.set(companion, DEFAULT_MODULES[companion] ?? '*');
    }
    found.set(text, text);
  }
  return { install: Object.fromEntries([...install].sort(([a], [b]) => (a < b ? -1 : 1))), found };
}

/** Two versions of one module lie beside each other: the second under a name of its own. */
function place(install: Map<string, string>, name: string, version: string): string {
  const there = install.get(name);
  if (there === undefined) install.set(name, version);
  if (there === undefined || there === version) return name;
  const alias = `${name}--${version.replace(/[^\w.-]/g, '_')}`;
  install.set(alias, `npm:${name}@${version}`);
  return alias;
}

function requireValid(name: string, version: unknown): void {
  if (!NAME.test(name)) {
    throw new HookBuildError('dependency_invalid', `"${name}" is not the name of a module`, { module: name });
  }
  if (typeof version !== 'string' || !VERSION.test(version)) {
    const message = `the version of "${name}" must be a version, a range or a tag, not ${JSON.stringify(version)}`;
    throw new HookBuildError('dependency_invalid', message, { module: name });
  }
}
