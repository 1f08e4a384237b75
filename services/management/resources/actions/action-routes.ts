import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Hook } from '../../../../shared/domain/hook.ts';
import { DuplicateError } from '../../../../shared/store/documents.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { ApiError, conflict } from '../../api/api-error.ts';
import { matching } from '../../api/if-match.ts';
import { flag } from '../../api/query.ts';
import { reads, writes, type Route } from '../../api/route.ts';
import { makeNextRevision } from '../../hook-revisions/make-next-revision.ts';
import { mustLoad } from '../../hook-revisions/must-load.ts';
import { removeHook } from '../../hook-revisions/remove-hook.ts';
import { reviseHook } from '../../hook-revisions/revise-hook.ts';
import { deployedDraft } from './deploy.ts';
import { editOf } from './edit.ts';
import { actionParams as params, anAction, findAction } from './find-action.ts';
import { MAX_ACTIONS } from './limits.ts';
import { actionPageOf, actionPageQuery, asPage } from './page.ts';
import { ActionView, CreateAction, UpdateAction } from './schema.ts';
import { AnyTriggerId, CURRENT_TRIGGER_VERSION } from './trigger-ids.ts';
import { draftOf, viewOfOne, viewsOf } from './view.ts';

const tag = 'actions';
const collection = 'hooks';

/** What an Action does that was made without code. */
const EMPTY_ACTION = 'exports.onExecuteCredentialsExchange = async (event, api) => {\n};\n';

const list = reads({
  path: '/actions/actions',
  operationId: 'getActions',
  summary: 'Get actions',
  tag,
  scopes: ['read:actions'],
  query: z.strictObject({
    ...actionPageQuery,
    triggerId: AnyTriggerId.optional(),
    actionName: z.string().optional(),
    deployed: flag.optional(),
    /** Actions of a marketplace; there are none here. */
    installed: flag.optional(),
  }),
  status: 200,
  response: actionPageOf(ActionView, 'actions'),
  handle: async ({ query }, deps) => {
    const hooks = hooksIn(deps.db);
    const { skip, limit, told } = asPage(query);
    if (query.installed === true) return { actions: [], total: 0, ...told };
    const filter = {
      kind: 'action',
      ...(query.triggerId === undefined ? {} : { trigger_id: query.triggerId }),
      ...(query.actionName === undefined ? {} : { name: query.actionName }),
      ...(query.deployed === undefined ? {} : { current_revision: query.deployed ? { $ne: null } : null }),
    };
    const [found, total] = await Promise.all([hooks.list(filter, { skip, limit }), hooks.count(filter)]);
    return { actions: await viewsOf(found, deps), total, ...told };
  },
});

const get = reads({
  path: '/actions/actions/{id}',
  operationId: 'getAction',
  summary: 'Get an action',
  tag,
  scopes: ['read:actions'],
  params,
  status: 200,
  response: ActionView,
  errors: [404],
  handle: async ({ params: { id } }, deps) => viewOfOne(await findAction(id, deps), deps),
});

const create = writes('post', {
  path: '/actions/actions',
  operationId: 'createAction',
  summary: 'Create an action',
  tag,
  scopes: ['create:actions'],
  body: CreateAction,
  status: 201,
  response: ActionView,
  errors: [409],
  handle: async ({ body: { deploy, ...body }, caller }, deps) => {
    const hooks = hooksIn(deps.db);
    if ((await hooks.count({ kind: 'action' })) >= MAX_ACTIONS) {
      throw new ApiError(400, 'limit_exceeded', `There are at most ${String(MAX_ACTIONS)} Actions; delete one first.`);
    }
    const now_ms = Date.now();
    const fresh: Hook = {
      id: randomUUID(),
      kind: 'action',
      name: body.name,
      trigger_id: 'credentials-exchange',
      current_revision: null,
      draft_revision: null,
      history: [],
      created_at_ms: now_ms,
      updated_at_ms: now_ms,
      profile: { trigger_version: CURRENT_TRIGGER_VERSION },
    };
    const edit = editOf({ code: EMPTY_ACTION, ...body }, caller);
    const { revision } = await makeNextRevision(fresh.id, undefined, edit.revision, deps);
    const draft = edit.change(fresh, revision);
    const action = deploy === true ? deployedDraft(draft, caller.id) : draft;
    const discard = () => hooks.removeRevisions(fresh.id);
    if (action.current_revision !== null) {
      await mustLoad(action, action.current_revision, deps, { onFailure: discard });
    }
    const inserted = await refusingTakenName(body.name, hooks.insert(action)).catch(async (error: unknown) => {
      // After any other failure the Action may or may not have been written; it must not exist without its revision.
      if (error instanceof ApiError) await discard();
      throw error;
    });
    const after = await viewOfOne(inserted, deps);
    return { answer: after, change: { collection, id: fresh.id, before: null, after } };
  },
});

const update = writes('patch', {
  path: '/actions/actions/{id}',
  operationId: 'updateAction',
  summary: 'Update an action',
  tag,
  scopes: ['update:actions'],
  params,
  body: UpdateAction,
  takesIfMatch: true,
  status: 200,
  response: ActionView,
  errors: [404, 409, 412],
  handle: async ({ params: { id }, body, caller, ifMatch }, deps) => {
    await findAction(id, deps);
    const from = (action: Hook): string | null => matching(draftOf(anAction(action)), ifMatch);
    const edit = { ...editOf(body, caller), from };
    const changed = await refusingTakenName(body.name, reviseHook(id, edit, deps));
    const [before, after] = await viewsOf([changed.before, changed.after], deps);
    const isChanged = !isDeepStrictEqual(changed.before, changed.after);
    return { answer: after, change: isChanged ? { collection, id, before, after } : null };
  },
});

const remove = writes('delete', {
  path: '/actions/actions/{id}',
  operationId: 'deleteAction',
  summary: 'Delete an action',
  tag,
  scopes: ['delete:actions'],
  params,
  /** `force`: unbind it first. */
  query: z.strictObject({ force: flag.optional() }),
  status: 204,
  errors: [404, 409],
  handle: async ({ params: { id }, query: { force = false } }, deps) => {
    const hooks = hooksIn(deps.db);
    const action = await findAction(id, deps);
    const binding = await hooks.findBinding(action.trigger_id);
    if (!force && binding?.action_ids.includes(id) === true) {
      throw conflict(
        'action_bound',
        'Unable to delete an action bound to a trigger. Unbind it, or delete with force=true.',
      );
    }
    const before = await viewOfOne(action, deps);
    await removeHook(id, () => hooks.unbindAction(action.trigger_id, id), deps);
    return { answer: undefined, change: { collection, id, before, after: null } };
  },
});

export const actionRoutes: readonly Route[] = [list, create, get, update, remove];

async function refusingTakenName<T>(name: string | undefined, written: Promise<T>): Promise<T> {
  try {
    return await written;
  } catch (error) {
    if (!(error instanceof DuplicateError)) throw error;
    throw conflict('action_conflict', `An Action with the name ${String(name)} exists already.`);
  }
}
