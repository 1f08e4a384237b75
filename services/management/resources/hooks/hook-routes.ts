import kebabCase from 'lodash/kebabCase.js';
import { ulid } from 'ulid';
import { z } from 'zod';
import type { Hook } from '../../../../shared/domain/hook.ts';
import { DuplicateError } from '../../../../shared/store/documents.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { ApiError, conflict } from '../../api/api-error.ts';
import { listOf, pageOf, pageQuery } from '../../api/paging.ts';
import { fieldsQuery, withFields } from '../../api/query.ts';
import { matching } from '../../api/if-match.ts';
import { reads, writes, type Route } from '../../api/route.ts';
import { requireScope } from '../../auth/require-scope.ts';
import { withRevision } from '../../../../shared/domain/hook-history.ts';
import { makeNextRevision } from '../../hook-revisions/make-next-revision.ts';
import { mustLoad } from '../../hook-revisions/must-load.ts';
import { forced, mustPass } from '../../hook-revisions/must-pass.ts';
import { removeHook } from '../../hook-revisions/remove-hook.ts';
import { reviseHook } from '../../hook-revisions/revise-hook.ts';
import { isEnabled, keepLoadable, setEnabled } from './enable.ts';
import { aHook, currentOf, findHook, hookParams as params } from './find-hook.ts';
import { revisionEditOf } from './revision-edit.ts';
import { CreateHook, HookView, listQuery, UpdateHook } from './schema.ts';
import { viewOfOne, viewsOf } from './view.ts';

const tag = 'hooks';
const collection = 'hooks';

/** Hooks of an answer to a request that asks for no page: all, of any tenant that can be imagined (contract §5.1). */
const MAX_UNPAGED_HOOKS = 1_000;

const list = reads({
  path: '/hooks',
  operationId: 'getHooks',
  summary: 'Get hooks',
  tag,
  scopes: ['read:hooks'],
  query: z.strictObject({ ...pageQuery, ...fieldsQuery, ...listQuery }),
  status: 200,
  response: listOf(HookView, 'hooks'),
  handle: async ({ query }, deps) => {
    const hooks = hooksIn(deps.db);
    const filter = {
      kind: 'hook',
      ...(query.triggerId === undefined ? {} : { trigger_id: query.triggerId }),
      ...(query.enabled === undefined ? {} : { _id: await whichAre(query.enabled === 'true', deps) }),
    };
    const source = {
      list: async (page: { skip: number; limit: number }) => viewsOf(await hooks.list(filter, page), deps),
      count: (limit: number) => hooks.count(filter, { limit }),
    };
    // Without per_page there is no paging, unless a page or totals are asked for.
    const asked = query.include_totals === true ? { ...query, per_page: query.per_page ?? 50 } : query;
    return pageOf(asked, 'hooks', source, (view) => view, { unpagedItems: MAX_UNPAGED_HOOKS });
  },
});

const get = reads({
  path: '/hooks/{id}',
  operationId: 'getHook',
  summary: 'Get a hook',
  tag,
  scopes: ['read:hooks'],
  params,
  query: z.strictObject(fieldsQuery),
  status: 200,
  response: HookView,
  errors: [404],
  handle: async ({ params: { id }, query }, deps) => withFields(await viewOfOne(await findHook(id, deps), deps), query),
});

const create = writes('post', {
  path: '/hooks',
  operationId: 'createHook',
  summary: 'Create a hook',
  tag,
  scopes: ['create:hooks'],
  body: CreateHook,
  status: 201,
  response: HookView,
  errors: [409],
  handle: async ({ body, caller }, deps) => {
    // An enabled hook takes the place of the one that is in force, and checks run its code, as a dry run does.
    const runs = body.enabled === true || (body.hookmint?.checks ?? []).length > 0;
    if (runs) requireScope(caller, { scopes: ['update:hooks'] });
    const hooks = hooksIn(deps.db);
    const name = kebabCase(body.name);
    // Before the build, which may take long; the index decides.
    if ((await hooks.count({ kind: 'hook', name })) > 0) throw nameTaken(name);
    const now_ms = Date.now();
    const fresh: Hook = {
      id: ulid(),
      kind: 'hook',
      name,
      trigger_id: 'credentials-exchange',
      current_revision: null,
      draft_revision: null,
      history: [],
      created_at_ms: now_ms,
      updated_at_ms: now_ms,
      profile: {},
    };
    const { revision } = await makeNextRevision(fresh.id, undefined, revisionEditOf(body, caller), deps);
    const discard = () => hooks.removeRevisions(fresh.id);
    if (body.enabled === true) await mustLoad(fresh, revision, deps, { onFailure: discard });
    const failed = await mustPass(fresh, revision, body.hookmint?.force === true, deps).catch(
      async (error: unknown) => {
        await discard();
        throw error;
      },
    );
    try {
      await refusingTakenName(name, hooks.insert(withRevision(fresh, revision, caller.id)));
    } catch (error) {
      // After any other failure the hook may or may not have been written; it must not exist without its revision.
      if (error instanceof ApiError) await discard();
      throw error;
    }
    const hook = await findHook(fresh.id, deps);
    if (body.enabled === true) await setEnabled(hook, true, deps);
    const after = await viewOfOne(hook, deps);
    return {
      answer: after,
      change: { collection, id: fresh.id, before: null, after: { ...after, ...forced(failed) } },
    };
  },
});

const update = writes('patch', {
  path: '/hooks/{id}',
  operationId: 'updateHook',
  summary: 'Update a hook',
  tag,
  scopes: ['update:hooks'],
  params,
  body: UpdateHook,
  takesIfMatch: true,
  status: 200,
  response: HookView,
  errors: [404, 409, 412],
  handle: async ({ params: { id }, body, caller, ifMatch }, deps) => {
    const { name: givenName, enabled, ...content } = body;
    const name = givenName === undefined ? undefined : kebabCase(givenName);
    let hook = await findHook(id, deps);
    matching(currentOf(hook), ifMatch);
    const before = await viewOfOne(hook, deps);
    // Told by what this request wrote: another may have come between the look above and the write.
    let isChanged = false;
    let failed: string[] = [];
    if (name !== undefined || Object.keys(content).length > 0) {
      const change = (now: Hook, revision: string): Hook => {
        const revised = withRevision(aHook(now), revision, caller.id);
        return name === undefined || name === now.name ? revised : { ...revised, name, updated_at_ms: Date.now() };
      };
      const check = async (now: Hook, revision: string): Promise<void> => {
        if (enabled ?? (await isEnabled(now, deps))) await mustLoad(now, revision, deps);
        failed = await mustPass(now, revision, content.hookmint?.force === true, deps);
      };
      const from = (now: Hook): string | null => matching(currentOf(now), ifMatch);
      const edit = { from, revision: revisionEditOf(content, caller), check, change };
      const revised = await refusingTakenName(name, reviseHook(id, edit, deps));
      hook = revised.after;
      isChanged = revised.before.current_revision !== hook.current_revision || revised.before.name !== hook.name;
    }
    if (enabled !== undefined) isChanged = (await setEnabled(hook, enabled, deps)) || isChanged;
    else await keepLoadable(hook, deps);
    const after = await viewOfOne(hook, deps);
    return {
      answer: after,
      change: isChanged ? { collection, id, before, after: { ...after, ...forced(failed) } } : null,
    };
  },
});

const remove = writes('delete', {
  path: '/hooks/{id}',
  operationId: 'deleteHook',
  summary: 'Delete a hook',
  tag,
  scopes: ['delete:hooks'],
  params,
  status: 204,
  handle: async ({ params: { id } }, deps) => {
    const hooks = hooksIn(deps.db);
    const hook = await hooks.find(id);
    if (hook?.kind !== 'hook') return { answer: undefined, change: null };
    const before = await viewOfOne(hook, deps);
    await removeHook(id, () => hooks.disable(hook.trigger_id, id), deps);
    return { answer: undefined, change: { collection, id, before, after: null } };
  },
});

export const hookRoutes: readonly Route[] = [list, create, get, update, remove];

async function whichAre(enabled: boolean, deps: Parameters<typeof viewsOf>[1]) {
  const id = (await hooksIn(deps.db).findBinding('credentials-exchange'))?.hook_id ?? '';
  return enabled ? { $eq: id } : { $ne: id };
}

async function refusingTakenName<T>(name: string | undefined, written: Promise<T>): Promise<T> {
  try {
    return await written;
  } catch (error) {
    if (error instanceof DuplicateError) throw nameTaken(name ?? '');
    throw error;
  }
}

const nameTaken = (name: string) => conflict('hook_conflict', `A hook with the name ${name} exists already.`);
