import type { Hook } from '../../../shared/domain/hook.ts';
import { HookmintError } from '../../../shared/errors.ts';
import { hooksIn } from '../../../shared/store/hooks.ts';
import { inexistent } from '../api/api-error.ts';
import { makeNextRevision, type RevisionDeps, type RevisionEdit } from './make-next-revision.ts';

/** Times a revision is made again because what it was made from is no longer what the hook has. */
const MAX_ATTEMPTS = 60;

class Stale extends Error {}

export type Revised = { before: Hook; after: Hook };

/**
 * Changes a hook and its revision in one write. The revision is made before, since that may take seconds, and made again when
 * another writer was faster: no edit is lost.
 *
 * @param edit.from The revision that the edit starts from.
 * @param edit.check Refuses a revision before it is written, by throwing.
 * @param edit.change Gives the hook with the revision.
 * @throws {ApiError} 404 when there is no such hook; and what the edit throws.
 */
export async function reviseHook(
  id: string,
  edit: {
    from: (hook: Hook) => string | null;
    revision: RevisionEdit;
    check?: (hook: Hook, revision: string) => Promise<void>;
    change: (hook: Hook, revision: string) => Hook;
  },
  deps: RevisionDeps,
): Promise<Revised> {
  const hooks = hooksIn(deps.db);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const now = await hooks.find(id);
    if (now === undefined) throw inexistent('hook');
    const from = edit.from(now);
    const source = from === null ? undefined : await hooks.findRevision(from);
    const { revision, keep } = await makeNextRevision(id, source, edit.revision, deps);
    if (revision !== from) await edit.check?.(now, revision);
    try {
      const changed = await hooks.change(id, (latest) => {
        if (edit.from(latest) !== from) throw new Stale();
        return edit.change(latest, revision);
      });
      if (changed !== undefined) {
        await keep();
        return changed;
      }
      // The hook was deleted in the meantime, and nothing else removes the new revision.
      await hooks.removeRevisions(id);
      throw inexistent('hook');
    } catch (error) {
      if (!(error instanceof Stale)) throw error;
    }
  }
  throw new HookmintError('store_contended', `hook ${id} is being changed by too many writers at the same time.`);
}
