import { ulid } from 'ulid';
import { DEFAULT_GRADUAL_BOUNDS, type GradualDeployment } from '../../../../shared/domain/gradual-deployment.ts';
import { deployed, endedGradual, historyOf } from '../../../../shared/domain/hook-history.ts';
import type { Hook } from '../../../../shared/domain/hook.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { ApiError, conflict, inexistent, invalidBody } from '../../api/api-error.ts';
import { reads, writes, type Route } from '../../api/route.ts';
import type { Deps } from '../../deps.ts';
import { mustLoad } from '../../hook-revisions/must-load.ts';
import { forced, mustPass } from '../../hook-revisions/must-pass.ts';
import { isEnabled, keepLoadable } from './enable.ts';
import { aHook, findHook, hookParams as params } from './find-hook.ts';
import { EndGradual, GradualView, StartGradual } from './gradual-schema.ts';
import { gradualView } from './gradual-view.ts';

/** Of hookmint itself: Auth0's hooks are deployed to all at once. */
const tag = 'hook-revisions';
const collection = 'hooks';
const path = '/hooks/{id}/gradual-deployment';

const get = reads({
  path,
  operationId: 'getGradualDeployment',
  summary: "Get a hook's gradual deployment, or the last that is over",
  tag,
  scopes: ['read:hooks'],
  params,
  status: 200,
  response: GradualView,
  errors: [404],
  handle: async ({ params: { id } }, deps) => gradualView(await findHook(id, deps), deps),
});

const start = writes('put', {
  path,
  operationId: 'startGradualDeployment',
  summary: 'Deploy a revision of a hook to a part of the clients, or to another part',
  tag,
  scopes: ['update:hooks'],
  params,
  body: StartGradual,
  status: 200,
  response: GradualView,
  errors: [404, 409],
  handle: async ({ params: { id }, body, caller }, deps) => {
    const hook = await findHook(id, deps);
    mustBeOfHistory(hook, body.revision);
    if (!(await isEnabled(hook, deps))) {
      throw conflict('hook_not_enabled', 'The hook shapes no tokens: enable it before a part of them is shaped anew.');
    }
    await mustLoad(hook, body.revision, deps);
    const isOn = hook.gradual?.revision === body.revision;
    const failed = isOn ? [] : await mustPass(hook, body.revision, body.force === true, deps);
    const started = await changing(id, deps, (now) => {
      mustBeOfHistory(now, body.revision);
      if (now.current_revision === body.revision) {
        throw conflict('hook_revision_deployed', 'The revision is deployed to all clients already.');
      }
      return withGradual(now, body, caller.id);
    });
    const { change } = started;
    return change === null
      ? started
      : { ...started, change: { ...change, after: { ...change.after, ...forced(failed) } } };
  },
});

const promote = writes('post', {
  path: `${path}/promote`,
  operationId: 'promoteGradualDeployment',
  summary: 'Deploy the revision of a gradual deployment to all clients',
  tag,
  scopes: ['update:hooks'],
  params,
  body: EndGradual,
  status: 200,
  response: GradualView,
  errors: [404, 409],
  handle: async ({ params: { id }, body, caller }, deps) => {
    const { gradual } = await findHook(id, deps);
    if (gradual === undefined) throw inexistent('gradual deployment');
    const answer = await changing(id, deps, (now) =>
      deployed(now, theOne(now, body?.id ?? gradual.id).revision, caller.id),
    );
    await keepLoadable(await findHook(id, deps), deps);
    return answer;
  },
});

const giveBack = writes('post', {
  path: `${path}/return`,
  operationId: 'returnGradualDeployment',
  summary: 'Return from a gradual deployment to the deployed revision',
  tag,
  scopes: ['update:hooks'],
  params,
  body: EndGradual,
  status: 200,
  response: GradualView,
  errors: [404, 409],
  handle: ({ params: { id }, body, caller }, deps) =>
    changing(id, deps, (now) => {
      theOne(now, body?.id);
      return endedGradual(now, { outcome: 'returned', ended_by: caller.id });
    }),
});

export const gradualRoutes: readonly Route[] = [get, start, promote, giveBack];

async function changing(id: string, deps: Deps, edit: (now: Hook) => Hook) {
  const changed = await hooksIn(deps.db).change(id, (now) => edit(aHook(now)));
  if (changed === undefined) throw inexistent('hook');
  const { before, after } = changed;
  const [was, is] = [before, after].map(({ current_revision, gradual, ended_gradual }) => ({
    revision: current_revision,
    gradual,
    ended_gradual,
  }));
  const answer = await gradualView(after, deps);
  const isChanged = before.gradual !== undefined || after.gradual !== undefined;
  return { answer, change: isChanged ? { collection, id, before: was, after: is } : null };
}

/** @throws {ApiError} 404 when none is on; 409 when it is another than the one that is meant. */
function theOne({ gradual }: Hook, id: string | undefined): GradualDeployment {
  if (gradual === undefined) throw inexistent('gradual deployment');
  if (id === undefined || id === gradual.id) return gradual;
  throw new ApiError(409, 'gradual_deployment_changed', 'Another gradual deployment is on by now.');
}

/**
 * A part that grows, or other bounds, are of the same deployment.
 *
 * @throws {ApiError} 400 where it shapes no token.
 */
function withGradual(hook: Hook, { revision, bounds, ...given }: StartGradual, clientId: string): Hook {
  const before = hook.gradual?.revision === revision ? hook.gradual : undefined;
  const percent = given.percent ?? before?.percent ?? 0;
  const client_ids = given.client_ids ?? before?.client_ids ?? [];
  if (percent === 0 && client_ids.length === 0)
    throw invalidBody("'must be above 0, or there must be client_ids' on property percent.");
  const rest = before === undefined ? endedGradual(hook, { outcome: 'superseded', ended_by: clientId }) : hook;
  return {
    ...rest,
    gradual: {
      id: before?.id ?? ulid(),
      revision,
      percent,
      client_ids,
      bounds: { ...DEFAULT_GRADUAL_BOUNDS, ...before?.bounds, ...asGiven(bounds) },
      started_at_ms: before?.started_at_ms ?? Date.now(),
      started_by: before?.started_by ?? clientId,
    },
    history: historyOf(hook),
    updated_at_ms: Date.now(),
  };
}

const asGiven = (bounds: StartGradual['bounds'] = {}): Partial<GradualDeployment['bounds']> =>
  Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined));

function mustBeOfHistory(hook: Hook, revision: string): void {
  if (hook.current_revision === null)
    throw new ApiError(400, 'hook_not_deployed', 'Deploy a revision to all clients first.');
  if (!historyOf(hook).some((entry) => entry.revision === revision)) throw inexistent('hook revision');
}
