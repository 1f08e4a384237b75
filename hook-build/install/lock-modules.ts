import semver from 'semver';
import { MAX_HOOK_MODULES } from '../../shared/domain/hook.ts';
import type { WantedModule } from '../choose-modules.ts';
import { HookBuildError } from '../errors.ts';
import type { LockedModule } from './locked-module.ts';
import { moduleVersion, type ModuleVersion, type Need } from './manifest.ts';
import type { Registry } from './registry.ts';

const FOLDER = 'node_modules/';

interface Placed extends ModuleVersion {
  folder: string;
  /** Where each module that it needs was found or placed. */
  uses: { folder: string; kind: Need['kind'] }[];
}

/** A need of the module in a folder; that of the hook itself is the empty one. */
interface Edge extends Need {
  dependent: Placed | undefined;
}

/**
 * Finds what has to be in `node_modules`, and where: as high as it can be, and below the module that needs it where another
 * version is above.
 * @throws {HookBuildError} `module_unavailable`, `module_refused`, `modules_too_large`, `registry_unreachable`, `registry_failed`
 */
export async function lockModules(install: Record<string, WantedModule>, registry: Registry): Promise<LockedModule[]> {
  const tree = new Map<string, Placed>();
  const roots: Placed['uses'] = [];
  let edges: Edge[] = Object.entries(install).map(([as, wanted]) => ({
    as,
    wanted,
    kind: 'required',
    dependent: undefined,
  }));
  while (edges.length > 0) {
    const versions = await Promise.all(edges.map((edge) => versionFor(edge, tree, registry)));
    const next: Edge[] = [];
    edges.forEach((edge, index) => {
      const uses = edge.dependent?.uses ?? roots;
      const there = findFor(edge, tree);
      if (there !== undefined && satisfies(there, edge.wanted)) {
        uses.push({ folder: there.folder, kind: edge.kind });
        return;
      }
      const version = versions[index];
      if (version === undefined) return;
      const placed: Placed = { ...version, folder: folderFor(edge, there, tree), uses: [] };
      tree.set(placed.folder, placed);
      if (tree.size > MAX_HOOK_MODULES) {
        const message = `the modules of the hook need more than ${String(MAX_HOOK_MODULES)} modules`;
        throw new HookBuildError('modules_too_large', message, { module: version.name });
      }
      uses.push({ folder: placed.folder, kind: edge.kind });
      next.push(...placed.needs.map((need) => ({ ...need, dependent: placed })));
    });
    edges = next;
  }
  const required = requiredFrom(roots, tree);
  return [...tree.values()].map(({ folder, name, version, integrity, tarball }) => ({
    folder,
    name,
    version,
    integrity,
    tarball,
    optional: !required.has(folder),
  }));
}

/** Undefined where a module is there already, and where one that may lack cannot be had. */
async function versionFor(edge: Edge, tree: Tree, registry: Registry): Promise<ModuleVersion | undefined> {
  const there = findFor(edge, tree);
  if (there !== undefined && satisfies(there, edge.wanted)) return undefined;
  try {
    const version = await moduleVersion(registry, edge.wanted);
    return edge.kind === 'optional' && version.platformBound ? undefined : version;
  } catch (error) {
    const mayLack = edge.kind === 'optional' && error instanceof HookBuildError && error.code === 'module_unavailable';
    if (mayLack) return undefined;
    throw error;
  }
}

type Tree = ReadonlyMap<string, Placed>;

/** A peer is looked for from where its dependent is, not from inside it. */
function startOf({ kind, dependent }: Edge): string {
  if (dependent === undefined) return '';
  return kind === 'peer' ? holderOf(dependent.folder) : dependent.folder;
}

function findFor(edge: Edge, tree: Tree): Placed | undefined {
  for (let folder = startOf(edge); ; folder = holderOf(folder)) {
    const there = tree.get(below(folder, edge.as));
    if (there !== undefined || folder === '') return there;
  }
}

function folderFor(edge: Edge, conflict: Placed | undefined, tree: Tree): string {
  if (conflict === undefined) return below('', edge.as);
  const near = below(startOf(edge), edge.as);
  return tree.has(near) ? below(edge.dependent?.folder ?? '', edge.as) : near;
}

function satisfies(there: ModuleVersion, { name, version }: WantedModule): boolean {
  if (there.name !== name) return false;
  // A tag may change at any time; a choice already made for the same hook is kept.
  return (
    semver.validRange(version, { loose: true }) === null || semver.satisfies(there.version, version, { loose: true })
  );
}

function below(folder: string, name: string): string {
  return folder === '' ? `${FOLDER}${name}` : `${folder}/${FOLDER}${name}`;
}

/** The folder whose `node_modules` a module is in. */
function holderOf(folder: string): string {
  const at = folder.lastIndexOf(`/${FOLDER}`);
  return at === -1 ? '' : folder.slice(0, at);
}

function requiredFrom(roots: Placed['uses'], tree: Tree): Set<string> {
  const required = new Set<string>();
  const waiting = roots.map(({ folder }) => folder);
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (required.has(folder)) continue;
    required.add(folder);
    for (const use of tree.get(folder)?.uses ?? []) if (use.kind !== 'optional') waiting.push(use.folder);
  }
  return required;
}
