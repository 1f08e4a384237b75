import { z } from 'zod';

const MAX_TEXT_LENGTH = 1_024;

/** One module that came from the registry. */
export const InstalledModule = z.object({
  name: z.string().max(MAX_TEXT_LENGTH),
  version: z.string().max(MAX_TEXT_LENGTH),
  /** Subresource integrity as the registry gave it, such as `sha512-…`. */
  integrity: z.string().max(MAX_TEXT_LENGTH),
});
export type InstalledModule = z.infer<typeof InstalledModule>;

export const LockedModule = InstalledModule.extend({
  /** Where it is in the tree of modules, such as `node_modules/a/node_modules/b`. */
  folder: z.string(),
  /** Its tarball at the registry. */
  tarball: z.string(),
  /** Whoever requires it lives without it. */
  optional: z.boolean(),
});
export type LockedModule = z.infer<typeof LockedModule>;

/** Each module once, sorted by name and version. */
export function distinctModules(locked: readonly InstalledModule[]): InstalledModule[] {
  const byKey = new Map(
    locked.map(({ name, version, integrity }) => [`${name}@${version}`, { name, version, integrity }]),
  );
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, module]) => module);
}
