import type { Caller } from '../../api/route.ts';
import type { RevisionEdit } from '../../hook-revisions/make-next-revision.ts';
import { policiesIn } from '../../hook-revisions/policies.ts';
import type { UpdateHook } from './schema.ts';

/** The part of a body that is of a revision. */
export function revisionEditOf(
  { script, dependencies, hookmint }: Omit<UpdateHook, 'name' | 'enabled'>,
  { id: by }: Pick<Caller, 'id'>,
): RevisionEdit {
  return {
    by,
    code: script,
    dependencies,
    secrets: hookmint?.secrets,
    checks: hookmint?.checks,
    ...policiesIn(hookmint),
  };
}
