import type { Db } from 'mongodb';
import type { HookRevisionContent } from '../domain/hook.ts';
import { keptRevisions } from '../domain/hook-history.ts';
import { ADDRESSES_BY_HOOK, hooksIn } from './hooks.ts';

type RevisionDocument = HookRevisionContent & { _id: string };
export type LeftRevision = { revision: string; hookId: string };

/** Revisions that no hook names any more: they left its history, or were made for a change that never came. */
export function leftRevisionsIn(db: Db) {
  const hooks = hooksIn(db);
  const revisions = db.collection<RevisionDocument>('hook_revisions');

  async function isKept({ revision, hookId }: LeftRevision): Promise<boolean> {
    const hook = await hooks.find(hookId);
    return hook !== undefined && keptRevisions(hook).has(revision);
  }

  return {
    /** So many at most. Reads addresses alone, from an index, whatever the revisions hold. */
    async list(limit: number): Promise<LeftRevision[]> {
      const left: LeftRevision[] = [];
      const options = { projection: { _id: 1, hook_id: 1 }, hint: ADDRESSES_BY_HOOK };
      const addresses = revisions.find({}, options).sort(ADDRESSES_BY_HOOK);
      let of: { hookId: string; kept: ReadonlySet<string> } | undefined;
      for await (const { _id: revision, hook_id: hookId } of addresses) {
        if (of?.hookId !== hookId) {
          const hook = await hooks.find(hookId);
          of = { hookId, kept: hook === undefined ? new Set() : keptRevisions(hook) };
        }
        if (!of.kept.has(revision)) left.push({ revision, hookId });
        if (left.length === limit) break;
      }
      return left;
    },
    /** Removes one unless its hook names it by now; `false` then. */
    async remove(left: LeftRevision): Promise<boolean> {
      if (await isKept(left)) return false;
      const removed = await revisions.findOneAndDelete({ _id: left.revision });
      if (removed === null) return false;
      // The same content was written anew at this very moment.
      if (!(await isKept(left))) return true;
      await revisions.updateOne({ _id: removed._id }, { $setOnInsert: removed }, { upsert: true });
      return false;
    },
  };
}
