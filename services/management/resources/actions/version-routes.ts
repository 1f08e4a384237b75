import { z } from 'zod';
import type { Hook, HookHistoryEntry } from '../../../../shared/domain/hook.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { inexistent } from '../../api/api-error.ts';
import { matching } from '../../api/if-match.ts';
import { reads, writes, type Route, type Written } from '../../api/route.ts';
import type { Deps } from '../../deps.ts';
import { mustLoad } from '../../hook-revisions/must-load.ts';
import { historyOf } from '../../../../shared/domain/hook-history.ts';
import { deployedDraft, withVersion } from './deploy.ts';
import { versionIdOf } from './derived-id.ts';
import { ActionId, actionParams, anAction, findAction } from './find-action.ts';
import { actionPageOf, actionPageQuery, sliceOf } from './page.ts';
import { ActionVersionView } from './schema.ts';
import { deployedEntryOf, draftOf, versionViewsOf, viewsOf } from './view.ts';

const tag = 'actions';
const collection = 'hooks';
const versionParams = z.strictObject({ actionId: ActionId, id: z.string().min(1).max(128) });

const deploy = writes('post', {
  path: '/actions/actions/{id}/deploy',
  operationId: 'deployAction',
  summary: 'Deploy an action',
  tag,
  scopes: ['update:actions'],
  params: actionParams,
  body: z.strictObject({}).optional(),
  /** The draft that the caller saw. */
  takesIfMatch: true,
  status: 202,
  response: ActionVersionView,
  errors: [404, 412],
  handle: ({ params: { id }, caller, ifMatch }, deps) =>
    deploying(
      id,
      (now) => {
        matching(draftOf(now), ifMatch);
        return deployedDraft(now, caller.id);
      },
      deps,
    ),
});

const list = reads({
  path: '/actions/actions/{actionId}/versions',
  operationId: 'getActionVersions',
  summary: "Get an action's versions",
  tag,
  scopes: ['read:actions'],
  params: z.strictObject({ actionId: ActionId }),
  query: z.strictObject(actionPageQuery),
  status: 200,
  response: actionPageOf(ActionVersionView, 'versions'),
  errors: [404],
  handle: async ({ params: { actionId }, query }, deps) => {
    const action = await findAction(actionId, deps);
    const { items, told } = sliceOf(historyOf(action), query);
    return { versions: await versionViewsOf(action, items, deps), ...told };
  },
});

const get = reads({
  path: '/actions/actions/{actionId}/versions/{id}',
  operationId: 'getActionVersion',
  summary: 'Get a version of an action',
  tag,
  scopes: ['read:actions'],
  params: versionParams,
  status: 200,
  response: ActionVersionView,
  errors: [404],
  handle: async ({ params: { actionId, id } }, deps) => {
    const action = await findAction(actionId, deps);
    return theVersion(action, versionOf(action, id), deps);
  },
});

/** Auth0's roll-back: a new version with the content of an old one. */
const rollBack = writes('post', {
  path: '/actions/actions/{actionId}/versions/{id}/deploy',
  operationId: 'deployActionVersion',
  summary: 'Roll back to an earlier version of an action',
  tag,
  scopes: ['update:actions'],
  params: versionParams,
  /** `update_draft`: the draft too becomes what it was then. */
  body: z.strictObject({ update_draft: z.boolean().optional() }).nullish(),
  status: 202,
  response: ActionVersionView,
  errors: [404],
  handle: ({ params: { actionId, id }, body, caller }, deps) =>
    deploying(
      actionId,
      (now) => {
        const { revision } = versionOf(now, id);
        const draft_revision = body?.update_draft === true ? revision : draftOf(now);
        return { ...withVersion(now, revision, caller.id), draft_revision };
      },
      deps,
    ),
});

export const versionRoutes: readonly Route[] = [deploy, list, get, rollBack];

async function deploying(id: string, edit: (now: Hook) => Hook, deps: Deps): Promise<Written<ActionVersionView>> {
  const wanted = edit(await findAction(id, deps));
  // Deployed Actions are bound without further ado, so each version has been loaded once.
  if (wanted.current_revision !== null) await mustLoad(wanted, wanted.current_revision, deps);
  const changed = await hooksIn(deps.db).change(id, (now) => edit(anAction(now)));
  if (changed === undefined) throw inexistent('action');
  const version = deployedEntryOf(changed.after);
  if (version === undefined) throw inexistent('action version');
  const answer = await theVersion(changed.after, version, deps);
  if (deployedEntryOf(changed.before)?.number === version.number) return { answer, change: null };
  const [before, after] = await viewsOf([changed.before, changed.after], deps);
  return { answer, change: { collection, id, before, after } };
}

function versionOf(action: Hook, id: string): HookHistoryEntry {
  const version = historyOf(action).find(({ number }) => versionIdOf(action.id, number) === id);
  if (version === undefined) throw inexistent('action version');
  return version;
}

async function theVersion(action: Hook, entry: HookHistoryEntry, deps: Deps): Promise<ActionVersionView> {
  const [view] = await versionViewsOf(action, [entry], deps);
  if (view === undefined) throw inexistent('action version');
  return view;
}
