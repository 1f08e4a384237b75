import type { Hook } from '../../../../shared/domain/hook.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { ApiError, inexistent } from '../../api/api-error.ts';
import type { Deps } from '../../deps.ts';

/**
 * Enables a hook in the place of whichever was enabled, or disables it. The binding is one document, so that however many write,
 * at most one hook is enabled.
 *
 * @returns Whether this changed anything.
 * @throws {ApiError} 404 when the hook was deleted meanwhile: then it is not enabled either.
 */
export async function setEnabled(
  { id, trigger_id, current_revision }: Hook,
  enabled: boolean,
  { db }: Deps,
): Promise<boolean> {
  const hooks = hooksIn(db);
  if (!enabled) return hooks.disable(trigger_id, id);
  if (current_revision === null) {
    throw new ApiError(400, 'hook_not_deployed', 'Deploy a revision of the hook before you enable it.');
  }
  const isChanged = await hooks.enable(trigger_id, id);
  // Whoever deletes a hook disables it afterwards; whoever enables one looks afterwards whether it is there. One of them is last.
  if ((await hooks.find(id)) !== undefined) return isChanged;
  await hooks.disable(trigger_id, id);
  throw inexistent('hook');
}
