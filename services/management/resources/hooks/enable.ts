import type { Hook } from '../../../../shared/domain/hook.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { ApiError, inexistent } from '../../api/api-error.ts';
import type { Deps } from '../../deps.ts';
import { mustLoad } from '../../hook-revisions/must-load.ts';

/**
 * Enables a hook in the place of whichever was enabled, or disables it. The binding is one document, so that however many write,
 * at most one hook is enabled.
 *
 * @returns Whether this changed anything.
 * @throws {ApiError} 400 for a hook that has no revision or one that no isolate can load; 404 when the hook was deleted meanwhile:
 *   then it is not enabled either.
 */
export async function setEnabled(hook: Hook, enabled: boolean, deps: Deps): Promise<boolean> {
  const { id, trigger_id } = hook;
  const hooks = hooksIn(deps.db);
  if (!enabled) return hooks.disable(trigger_id, id);
  await mustLoad(hook, deployedOf(hook), deps);
  const isChanged = await hooks.enable(trigger_id, id);
  // Whoever deletes or deploys writes first and looks at the binding afterwards; whoever enables looks at the hook afterwards. One of
  // them is last and sees both.
  const now = await hooks.find(id);
  if (now === undefined) {
    await hooks.disable(trigger_id, id);
    throw inexistent('hook');
  }
  await keepLoadable(now, deps);
  return isChanged;
}

/** Whether tokens depend on the hook. */
export async function isEnabled({ id, trigger_id }: Hook, { db }: Pick<Deps, 'db'>): Promise<boolean> {
  return (await hooksIn(db).findBinding(trigger_id))?.hook_id === id;
}

/**
 * To be called after a revision was deployed: disables an enabled hook that no isolate can load. It was enabled or deployed by
 * another request at the same time, or this one would have been refused before.
 *
 * @throws {ApiError} 400 `hook_load_failed` when it had to.
 */
export async function keepLoadable(hook: Hook, deps: Deps): Promise<void> {
  if (!(await isEnabled(hook, deps))) return;
  try {
    await mustLoad(hook, deployedOf(hook), deps);
  } catch (error) {
    if (error instanceof ApiError && error.errorCode === 'hook_load_failed') {
      await hooksIn(deps.db).disable(hook.trigger_id, hook.id);
    }
    throw error;
  }
}

function deployedOf({ current_revision }: Hook): string {
  if (current_revision !== null) return current_revision;
  throw new ApiError(400, 'hook_not_deployed', 'Deploy a revision of the hook before you enable it.');
}
