import type { Db } from 'mongodb';
import type { z } from 'zod';
import {
  Hook,
  HookBinding,
  HookRevision,
  HookRevisionContent,
  type HookRevisionInput,
  revisionAddress,
  type TriggerId,
} from '../domain/hook.ts';
import { parseDocument } from './document.ts';
import { documentsIn } from './documents.ts';
import { written } from './written.ts';

const RevisionSource = HookRevisionContent.omit({ build: true });
export type RevisionSource = z.infer<typeof RevisionSource>;

type RevisionDocument = HookRevisionContent & { _id: string };
type BindingDocument = Omit<HookBinding, 'trigger_id'> & { _id: TriggerId };

/** Of revisions: what it holds is found without a look at them. */
export const ADDRESSES_BY_HOOK = { hook_id: 1, _id: 1 } as const;

/**
 * Collections `hooks` (hooks and Actions), `hook_revisions` (immutable, `_id` is the hash of the content) and `hook_bindings`
 * (`_id` is the trigger: there is one document for each extensibility point, so at most one hook is enabled, by construction).
 * Enabling writes the binding alone and deploying the hook alone, so no crash leaves half of either.
 */
export function hooksIn(db: Db) {
  const hooks = documentsIn(db, { name: 'hooks', schema: Hook, idName: 'id', what: 'hook' });
  const revisions = db.collection<RevisionDocument>('hook_revisions');
  const bindings = db.collection<BindingDocument>('hook_bindings');
  const bound = <T>(trigger: TriggerId, write: () => Promise<T>): Promise<T> =>
    written('hook_bindings', trigger, write, () => [trigger]);
  return {
    ...hooks,
    async findRevision(revision: string): Promise<HookRevision | undefined> {
      const document = await revisions.findOne({ _id: revision });
      if (document === null) return undefined;
      const { _id, ...content } = document;
      return parseDocument(HookRevision, { revision: _id, ...content }, `hook revision ${_id}`);
    },
    /** What authors gave of revisions, by their addresses; without what was built of it, which may be megabytes. */
    async findSources(addresses: string[]): Promise<Map<string, RevisionSource>> {
      const projection = { build: 0 };
      const found = await revisions.find({ _id: { $in: addresses } }, { projection }).toArray();
      return new Map(
        found.map(({ _id, ...source }) => [_id, parseDocument(RevisionSource, source, `revision ${_id}`)]),
      );
    },
    /** Stores a revision unless it is there already, and gives its address. */
    async putRevision(content: HookRevisionInput): Promise<string> {
      const valid = HookRevisionContent.parse(content);
      const revision = revisionAddress(valid);
      // Alone it is in force nowhere: not noted as a write.
      await revisions.updateOne({ _id: revision }, { $setOnInsert: valid }, { upsert: true });
      return revision;
    },
    hasRevision: async (revision: string): Promise<boolean> =>
      (await revisions.findOne({ _id: revision }, { projection: { _id: 1 } })) !== null,
    /** Removes every revision of a hook that is gone. */
    async removeRevisions(hookId: string): Promise<void> {
      await revisions.deleteMany({ hook_id: hookId });
    },
    async findBinding(trigger: TriggerId): Promise<HookBinding | undefined> {
      const document = await bindings.findOne({ _id: trigger });
      if (document === null) return undefined;
      const { _id, ...rest } = document;
      return parseDocument(HookBinding, { trigger_id: _id, ...rest }, `hook binding ${_id}`);
    },
    /** Enables a hook at its extensibility point, in the place of whichever was; `false` when it was enabled already. */
    async enable(trigger: TriggerId, hookId: string): Promise<boolean> {
      const whenNew = { $setOnInsert: { action_ids: [] } };
      const { modifiedCount, upsertedCount } = await bound(trigger, () =>
        bindings.updateOne({ _id: trigger }, { $set: { hook_id: hookId }, ...whenNew }, { upsert: true }),
      );
      return modifiedCount + upsertedCount > 0;
    },
    /** Disables a hook; another that is enabled by now stays so, and it is `false`. Without an id: whichever it is. */
    async disable(trigger: TriggerId, hookId?: string): Promise<boolean> {
      const which = { _id: trigger, ...(hookId === undefined ? {} : { hook_id: hookId }) };
      const { modifiedCount } = await bound(trigger, () => bindings.updateOne(which, { $set: { hook_id: null } }));
      return modifiedCount > 0;
    },
    /** Has these Actions run at an extensibility point, in this order. */
    async bindActions(trigger: TriggerId, actionIds: string[], names?: HookBinding['bound']): Promise<void> {
      const $set = { action_ids: actionIds, ...(names === undefined ? {} : { bound: names }) };
      await bound(trigger, () =>
        bindings.updateOne({ _id: trigger }, { $set, $setOnInsert: { hook_id: null } }, { upsert: true }),
      );
    },
    async unbindAction(trigger: TriggerId, actionId: string): Promise<void> {
      await bound(trigger, () => bindings.updateOne({ _id: trigger }, { $pull: { action_ids: actionId } }));
    },
    createIndexes: async () => {
      await hooks.collection.createIndex({ kind: 1, name: 1 }, { unique: true }, {});
      await revisions.createIndex(ADDRESSES_BY_HOOK, {}, {});
    },
  };
}
