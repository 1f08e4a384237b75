import type { Db } from 'mongodb';
import type { HookRevisionInput } from '../../shared/domain/hook.ts';
import { hooksIn } from '../../shared/store/hooks.ts';

const TRIGGER = 'credentials-exchange';

/** Deploys a revision and enables its hook, without a word to anybody. The hook `x-hook` goes by the name x. */
export async function deployRevision(db: Db, content: HookRevisionInput): Promise<void> {
  await deploy(db, content, 'hook');
  await hooksIn(db).enable(TRIGGER, content.hook_id);
}

/** Deploys the revisions of Actions and has them run in this order, without a word to anybody. */
export async function deployActions(db: Db, contents: HookRevisionInput[]): Promise<void> {
  for (const content of contents) await deploy(db, { ...content, kind: 'action' }, 'action');
  await hooksIn(db).bindActions(
    TRIGGER,
    contents.map(({ hook_id }) => hook_id),
  );
}

async function deploy(db: Db, content: HookRevisionInput, kind: 'hook' | 'action'): Promise<void> {
  const hooks = hooksIn(db);
  const id = content.hook_id;
  const current_revision = await hooks.putRevision(content);
  await hooks.put({ id, kind, name: id.replace(/-hook$/, ''), trigger_id: TRIGGER, current_revision });
}
