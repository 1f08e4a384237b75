import pickManifest from 'npm-pick-manifest';
import semver from 'semver';
import ssri from 'ssri';
import { z } from 'zod';
import type { WantedModule } from '../choose-modules.ts';
import { isModuleName, isVersionOrTag } from '../dependency-rules.ts';
import { HookBuildError } from '../errors.ts';
import { refused, type Registry } from './registry.ts';

const STRONG_HASHES = ['sha512', 'sha384', 'sha256'] as const;
/** Longer ones are no name and version; the time that it takes to see so would grow with the square. */
const MAX_ALIAS_LENGTH = 1_024;
const ALIAS = /^npm:((?:@[^@]+)?[^@]+)(?:@(.*))?$/;

// Not a record of zod, which leaves a `__proto__` out: it must be seen to be refused.
const Specs = z
  .custom<Record<string, string>>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((spec) => typeof spec === 'string'),
  )
  .catch({});
const Names = z.union([z.array(z.string()), z.boolean()]).catch([]);

const Manifest = z.object({
  version: z.string(),
  dependencies: Specs,
  optionalDependencies: Specs,
  peerDependencies: Specs,
  peerDependenciesMeta: z
    .record(z.string(), z.object({ optional: z.boolean().catch(false) }).catch({ optional: false }))
    .catch({}),
  bundleDependencies: Names,
  bundledDependencies: Names,
  os: z.unknown().optional(),
  cpu: z.unknown().optional(),
  libc: z.unknown().optional(),
  dist: z.object({ tarball: z.unknown().optional(), integrity: z.unknown().optional() }),
});

export interface Need {
  /** The name in `node_modules`. */
  as: string;
  wanted: WantedModule;
  kind: 'required' | 'optional' | 'peer';
}

/** One version of a module: the parts of the registry's answer that a build uses. */
export interface ModuleVersion {
  name: string;
  version: string;
  integrity: string;
  tarball: string;
  needs: Need[];
  /** For some systems only, as compiled code is. */
  platformBound: boolean;
}

/**
 * Chooses a version as npm does, and reads the registry's answer for it.
 * @throws {HookBuildError} `module_unavailable`, `module_refused`, `registry_failed`
 */
export async function moduleVersion(registry: Registry, { name, version }: WantedModule): Promise<ModuleVersion> {
  const packument = await registry.packument(name);
  let picked: unknown;
  try {
    picked = pickManifest({ ...packument, name }, version);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const told = `the registry does not serve the module "${name}" in version ${version} (${code ?? 'npm'}: ${message})`;
    throw new HookBuildError('module_unavailable', told, { module: name, cause: error });
  }
  const parsed = Manifest.safeParse(picked);
  if (!parsed.success || semver.valid(parsed.data.version, { loose: true }) === null) {
    const told = `the registry's answer for the module "${name}" is not a module`;
    throw new HookBuildError('registry_failed', told, { module: name, cause: parsed.error });
  }
  const manifest = parsed.data;
  return {
    name,
    version: manifest.version,
    integrity: strongIntegrity(name, manifest.dist.integrity),
    tarball: registry.tarballUrl(name, manifest.dist.tarball),
    needs: needsOf(name, manifest),
    platformBound: [manifest.os, manifest.cpu, manifest.libc].some((list) => Array.isArray(list) && list.length > 0),
  };
}

function strongIntegrity(name: string, told: unknown): string {
  const integrity = typeof told === 'string' ? ssri.parse(told, { strict: true }) : null;
  const [strong] = STRONG_HASHES.flatMap((hash) => integrity?.[hash]?.[0] ?? []);
  if (strong === undefined) throw refused(name, 'the registry gives no integrity of its tarball, SHA-256 or stronger');
  return `${strong.algorithm}-${strong.digest}`;
}

function needsOf(name: string, manifest: z.infer<typeof Manifest>): Need[] {
  const bundled = [manifest.bundleDependencies, manifest.bundledDependencies];
  const comesAlong = (as: string): boolean => bundled.some((list) => (Array.isArray(list) ? list.includes(as) : list));
  const needs = new Map<string, Need>();
  const add = (specs: Record<string, string>, kind: Need['kind']): void => {
    for (const [as, spec] of Object.entries(specs)) {
      if (!comesAlong(as)) needs.set(as, { as, wanted: wantedBy(name, as, spec), kind });
    }
  };
  const peers = Object.entries(manifest.peerDependencies);
  add(Object.fromEntries(peers.filter(([as]) => manifest.peerDependenciesMeta[as]?.optional !== true)), 'peer');
  add(manifest.dependencies, 'required');
  add(manifest.optionalDependencies, 'optional');
  return [...needs.values()];
}

/** What a module's package.json asks for. Nothing but the registry is asked: no address, no repository, no folder. */
function wantedBy(dependent: string, as: string, spec: string): WantedModule {
  const text = spec.trim();
  const alias = text.length > MAX_ALIAS_LENGTH ? null : ALIAS.exec(text);
  const name = alias === null ? as : (alias[1] ?? '');
  const version = alias === null ? text : (alias[2] ?? '');
  if (!isModuleName(as) || !isModuleName(name) || !isVersionOrTag(version)) {
    throw refused(dependent, `it needs "${as}" as "${spec.slice(0, 200)}", which is not a module of the registry`);
  }
  return { name, version: version === '' ? '*' : version };
}
