import { z } from 'zod';
import type { HookBinding } from '../../../../shared/domain/hook.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { ApiError, invalidBody } from '../../api/api-error.ts';
import { reads, writes, type Route } from '../../api/route.ts';
import type { Deps } from '../../deps.ts';
import { resolveBindings } from './bindings.ts';
import { bindingIdOf } from './derived-id.ts';
import { MAX_BOUND_ACTIONS } from './limits.ts';
import { actionPageOf, actionPageQuery, sliceOf } from './page.ts';
import { ActionBindingView, UpdateBindings } from './schema.ts';
import { AnyTriggerId, DEFAULT_RUNTIME, isRunTrigger, ONLY_TRIGGER, RUNTIMES } from './trigger-ids.ts';
import { viewsOf } from './view.ts';

const tag = 'actions';
const collection = 'hook_bindings';
const params = z.strictObject({ triggerId: AnyTriggerId });

const TriggerView = z
  .object({
    id: z.string(),
    version: z.string(),
    status: z.enum(['CURRENT', 'DEPRECATED']),
    runtimes: z.array(z.string()),
    default_runtime: z.string(),
    binding_policy: z.string(),
    compatible_triggers: z.array(z.unknown()),
  })
  .meta({ id: 'ActionTrigger' });

const list = reads({
  path: '/actions/triggers',
  operationId: 'getActionTriggers',
  summary: 'Get triggers of actions',
  tag,
  scopes: ['read:actions'],
  status: 200,
  response: z.object({ triggers: z.array(TriggerView) }),
  handle: () =>
    Promise.resolve({
      triggers: (['v2', 'v1'] as const).map((version) => ({
        id: 'credentials-exchange',
        version,
        status: version === 'v2' ? ('CURRENT' as const) : ('DEPRECATED' as const),
        runtimes: [...RUNTIMES],
        default_runtime: DEFAULT_RUNTIME,
        binding_policy: 'trigger-bound',
        compatible_triggers: [],
      })),
    }),
});

const getBindings = reads({
  path: '/actions/triggers/{triggerId}/bindings',
  operationId: 'getActionBindings',
  summary: "Get a trigger's bindings",
  tag,
  scopes: ['read:actions'],
  params,
  query: z.strictObject(actionPageQuery),
  status: 200,
  response: actionPageOf(ActionBindingView, 'bindings'),
  handle: async ({ params: { triggerId }, query }, deps) => {
    const binding = isRunTrigger(triggerId) ? await hooksIn(deps.db).findBinding(triggerId) : undefined;
    const { items, told } = sliceOf(await bindingViewsOf(binding, deps), query);
    return { bindings: items, ...told };
  },
});

const updateBindings = writes('patch', {
  path: '/actions/triggers/{triggerId}/bindings',
  operationId: 'updateActionBindings',
  summary: "Update a trigger's bindings",
  tag,
  scopes: ['update:actions'],
  params,
  body: UpdateBindings,
  status: 200,
  response: z.object({ bindings: z.array(ActionBindingView) }),
  handle: async ({ params: { triggerId }, body: { bindings: wanted = [] } }, deps) => {
    if (!isRunTrigger(triggerId)) {
      if (wanted.length > 0) throw invalidBody(`'${ONLY_TRIGGER}, not of ${triggerId}' on property bindings.`);
      return { answer: { bindings: [] }, change: null };
    }
    if (wanted.length > MAX_BOUND_ACTIONS) {
      throw invalidBody(`'A trigger has at most ${String(MAX_BOUND_ACTIONS)} Actions' on property bindings.`);
    }
    const hooks = hooksIn(deps.db);
    const previous = await hooks.findBinding(triggerId);
    const { ids, bound } = await resolveBindings(triggerId, wanted, previous, deps);
    const before = await bindingViewsOf(previous, deps);
    await hooks.bindActions(triggerId, ids, bound);
    await unbindVanished(triggerId, ids, deps);
    const after = await bindingViewsOf(await hooks.findBinding(triggerId), deps);
    const change = { collection, id: triggerId, before: told(before), after: told(after) };
    return {
      answer: { bindings: after },
      change: JSON.stringify(change.before) === JSON.stringify(change.after) ? null : change,
    };
  },
});

export const triggerRoutes: readonly Route[] = [list, getBindings, updateBindings];

/** An Action may have been deleted while it was being bound: no token may wait for it. */
async function unbindVanished(triggerId: HookBinding['trigger_id'], ids: string[], { db }: Deps): Promise<void> {
  const hooks = hooksIn(db);
  const there = new Set((await hooks.list({ _id: { $in: ids } }, { skip: 0, limit: 0 })).map(({ id }) => id));
  const gone = ids.filter((id) => !there.has(id));
  for (const id of gone) await hooks.unbindAction(triggerId, id);
  if (gone.length > 0) throw new ApiError(409, 'action_deleted', 'An Action was deleted while it was being bound.');
}

async function bindingViewsOf(binding: HookBinding | undefined, deps: Deps): Promise<ActionBindingView[]> {
  if (binding === undefined) return [];
  const found = await hooksIn(deps.db).list({ _id: { $in: binding.action_ids } }, { skip: 0, limit: 0 });
  const views = new Map((await viewsOf(found, deps)).map((action) => [action.id, action]));
  return binding.action_ids.flatMap((id) => {
    const action = views.get(id);
    if (action === undefined) return [];
    const { display_name = action.name, created_at_ms = 0 } = binding.bound?.[id] ?? {};
    const created_at = new Date(created_at_ms).toISOString();
    const place = { id: bindingIdOf(binding.trigger_id, id), trigger_id: binding.trigger_id, display_name };
    return [{ ...place, action, created_at, updated_at: created_at }];
  });
}

/** A binding in an audit event. The Actions have events of their own. */
const told = (bindings: ActionBindingView[]) =>
  bindings.map(({ action, display_name }) => ({ action_id: action.id, action_name: action.name, display_name }));
