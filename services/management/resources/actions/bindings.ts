import type { Hook, HookBinding } from '../../../../shared/domain/hook.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { invalidBody } from '../../api/api-error.ts';
import { mustLoad } from '../../hook-revisions/must-load.ts';
import type { Deps } from '../../deps.ts';
import { bindingIdOf } from './derived-id.ts';
import type { BindingRef, UpdateBindings } from './schema.ts';

type Wanted = NonNullable<UpdateBindings['bindings']>;

/**
 * The Actions that a request wants bound, by their ids.
 *
 * @throws {ApiError} 400 for one that there is not, that was never deployed, or that is named twice.
 */
export async function resolveBindings(
  triggerId: HookBinding['trigger_id'],
  wanted: Wanted,
  previous: HookBinding | undefined,
  deps: Deps,
): Promise<{ ids: string[]; bound: NonNullable<HookBinding['bound']> }> {
  const now_ms = Date.now();
  const bound = new Map<string, { display_name: string; created_at_ms: number }>();
  for (const [index, { ref, display_name }] of wanted.entries()) {
    const where = `on property bindings.${String(index)}.ref`;
    const action = await actionOf(ref, triggerId, previous, deps);
    if (action === undefined) throw invalidBody(`'There is no Action with the ${ref.type} ${ref.value}' ${where}.`);
    if (action.current_revision === null) {
      throw invalidBody(`'The Action ${action.name} is not deployed yet: deploy it first' ${where}.`);
    }
    await mustLoad(action, action.current_revision, deps);
    if (bound.has(action.id)) throw invalidBody(`'The Action ${action.name} is bound twice' ${where}.`);
    const before = previous?.action_ids.includes(action.id) === true ? previous.bound?.[action.id] : undefined;
    bound.set(action.id, {
      display_name: display_name ?? before?.display_name ?? action.name,
      created_at_ms: before?.created_at_ms ?? now_ms,
    });
  }
  return { ids: [...bound.keys()], bound: Object.fromEntries(bound) };
}

async function actionOf(
  { type, value }: BindingRef,
  triggerId: HookBinding['trigger_id'],
  previous: HookBinding | undefined,
  { db }: Deps,
): Promise<Hook | undefined> {
  const hooks = hooksIn(db);
  if (type === 'action_name') return hooks.findBy({ kind: 'action', name: value, trigger_id: triggerId });
  const id =
    type === 'action_id' ? value : previous?.action_ids.find((bound) => bindingIdOf(triggerId, bound) === value);
  return id === undefined ? undefined : hooks.findBy({ _id: id, kind: 'action', trigger_id: triggerId });
}
