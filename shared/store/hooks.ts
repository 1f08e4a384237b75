import type { Db } from 'mongodb';
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

type HookDocument = Omit<Hook, 'id'> & { _id: string };
type RevisionDocument = HookRevisionContent & { _id: string };
type BindingDocument = Omit<HookBinding, 'trigger_id'> & { _id: TriggerId };

/**
 * Collections `hooks`, `hook_revisions` (immutable, `_id` is the hash of the content) and `hook_bindings` (`_id` is the trigger:
 * there is one document for each extensibility point, so at most one hook is enabled, by construction).
 */
export function hooksIn(db: Db) {
  const hooks = db.collection<HookDocument>('hooks');
  const revisions = db.collection<RevisionDocument>('hook_revisions');
  const bindings = db.collection<BindingDocument>('hook_bindings');
  return {
    async find(id: string): Promise<Hook | undefined> {
      const document = await hooks.findOne({ _id: id });
      if (document === null) return undefined;
      const { _id, ...rest } = document;
      return parseDocument(Hook, { id: _id, ...rest }, `hook ${_id}`);
    },
    async put(hook: Hook): Promise<void> {
      const { id, ...rest } = Hook.parse(hook);
      await hooks.replaceOne({ _id: id }, rest, { upsert: true });
    },
    async findRevision(revision: string): Promise<HookRevision | undefined> {
      const document = await revisions.findOne({ _id: revision });
      if (document === null) return undefined;
      const { _id, ...content } = document;
      return parseDocument(HookRevision, { revision: _id, ...content }, `hook revision ${_id}`);
    },
    /** Stores a revision unless it is there already, and gives its address. */
    async putRevision(content: HookRevisionInput): Promise<string> {
      const valid = HookRevisionContent.parse(content);
      const revision = revisionAddress(valid);
      await revisions.updateOne({ _id: revision }, { $setOnInsert: valid }, { upsert: true });
      return revision;
    },
    async findBinding(trigger: TriggerId): Promise<HookBinding | undefined> {
      const document = await bindings.findOne({ _id: trigger });
      if (document === null) return undefined;
      const { _id, ...rest } = document;
      return parseDocument(HookBinding, { trigger_id: _id, ...rest }, `hook binding ${_id}`);
    },
    /** Enables a hook at its extensibility point, in the place of whichever was. */
    async bind(binding: HookBinding): Promise<void> {
      const { trigger_id, ...rest } = HookBinding.parse(binding);
      await bindings.replaceOne({ _id: trigger_id }, rest, { upsert: true });
    },
    async unbind(trigger: TriggerId): Promise<void> {
      await bindings.deleteOne({ _id: trigger });
    },
    createIndexes: () => hooks.createIndex({ name: 1 }, { unique: true }, {}),
  };
}
