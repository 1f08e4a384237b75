import { hooksIn } from '../../../shared/store/hooks.ts';
import { hookStorageSubject } from '../../../shared/subjects/hook-storage.ts';
import type { Deps } from '../deps.ts';

/**
 * Removes a hook or Action, its revisions and what it stored.
 *
 * @param unbind Has it run no more. Called before, so that no token needs what is gone, and after, for whoever bound it in between.
 */
export async function removeHook(
  id: string,
  unbind: () => Promise<unknown>,
  { db, bus, tenant }: Pick<Deps, 'db' | 'bus' | 'tenant'>,
): Promise<void> {
  const hooks = hooksIn(db);
  await unbind();
  await hooks.remove(id);
  await unbind();
  await hooks.removeRevisions(id);
  // `context.webtask.storage`: an empty message is not a document.
  bus.publish(hookStorageSubject(tenant, id));
}
