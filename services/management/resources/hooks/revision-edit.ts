import type { Caller } from '../../api/route.ts';
import type { RevisionEdit } from '../../hook-revisions/make-next-revision.ts';
import type { UpdateHook } from './schema.ts';

/** The part of a body that is of a revision. */
export function revisionEditOf(
  { script, dependencies, hookmint = {} }: Omit<UpdateHook, 'name' | 'enabled'>,
  { id: by }: Pick<Caller, 'id'>,
): RevisionEdit {
  const { secrets, limits, egress, on_failure, isolation } = hookmint;
  const policies = { limits: asGiven(limits), egress: asGiven(egress), on_failure, isolation };
  return { by, code: script, dependencies, secrets, ...policies };
}

/** Without the members that are there but undefined. */
function asGiven<T extends object>(value: T | undefined) {
  if (value === undefined) return undefined;
  const given = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(given) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}
