import { ulid } from 'ulid';
import { z } from 'zod';
import { historyOf, withoutShadow } from '../../../../shared/domain/hook-history.ts';
import type { Hook } from '../../../../shared/domain/hook.ts';
import { DifferenceGroup } from '../../../../shared/domain/run-difference.ts';
import { DryRunNetwork } from '../../../../shared/domain/shadow.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { ApiError, conflict, inexistent, invalidBody } from '../../api/api-error.ts';
import { reads, writes, type Route } from '../../api/route.ts';
import type { Deps } from '../../deps.ts';
import { mustLoad } from '../../hook-revisions/must-load.ts';
import { isEnabled } from './enable.ts';
import { aHook, findHook, hookParams as params } from './find-hook.ts';
import { RevisionId } from './schema.ts';

/** Of hookmint itself. */
const tag = 'hook-revisions';
const collection = 'hooks';
const path = '/hooks/{id}/shadow';

const StartShadow = z.strictObject({
  /** Of the hook's history. */
  revision: RevisionId,
  /** Of the requests; which ones is by chance. */
  percent: z.number().min(0.01, 'must be above 0').max(100),
  /** Whether requests that the code makes go out; they come on top of those of the deployed revision. */
  network: DryRunNetwork.default('refused'),
});

const ShadowView = z
  .object({
    id: z.string(),
    revision: z.string(),
    /** In the hook's history; `null` when it has left it. */
    number: z.int().nullable(),
    percent: z.number(),
    network: DryRunNetwork,
    started_at: z.iso.datetime(),
    started_by: z.string().nullable(),
    /** Requests that both ran for, since it began. */
    requests: z.int(),
    /** Of these, those with a difference. */
    differing: z.int(),
    /** Requests of the share that it did not run for: tokens had more to do. */
    not_run: z.int(),
    /** Requests whose code asked for the network, which was refused. */
    network_refused: z.int(),
    groups: z.array(DifferenceGroup),
    /** Differences of further groups. */
    others: z.int(),
  })
  .meta({ id: 'HookShadow' });

const get = reads({
  path,
  operationId: 'getHookShadow',
  summary: 'Get in what the shadow of a hook differs',
  tag,
  // As a rehearsal shows it: who asked for what, and what the code makes of it.
  scopes: ['update:hooks', 'read:logs'],
  everyScope: true,
  params,
  status: 200,
  response: ShadowView,
  errors: [404],
  handle: async ({ params: { id } }, deps) => viewOf(await findHook(id, deps), deps),
});

const start = writes('put', {
  path,
  operationId: 'startHookShadow',
  summary: 'Run a revision of a hook beside the deployed one, for comparison',
  tag,
  scopes: ['update:hooks', 'read:logs'],
  everyScope: true,
  params,
  body: StartShadow,
  status: 200,
  response: ShadowView,
  errors: [404, 409],
  handle: async ({ params: { id }, body, caller }, deps) => {
    const hook = await findHook(id, deps);
    mustBeOfHistory(hook, body.revision);
    if (!(await isEnabled(hook, deps)))
      throw conflict('hook_not_enabled', 'The hook shapes no tokens: there is nothing to compare with.');
    await mustLoad(hook, body.revision, deps);
    await mustBeOfOneKind(hook, body.revision, deps);
    return changing(id, deps, (now) => {
      mustBeOfHistory(now, body.revision);
      if (now.current_revision === body.revision)
        throw conflict('hook_revision_deployed', 'The revision is deployed to all clients already.');
      const { revision, percent, network } = body;
      const before = now.shadow?.revision === revision && now.shadow.network === network ? now.shadow : undefined;
      const begun = { id: ulid(), started_at_ms: Date.now(), started_by: caller.id };
      return {
        ...now,
        shadow: { ...(before ?? begun), revision, percent, network },
        history: historyOf(now),
        updated_at_ms: Date.now(),
      };
    });
  },
});

const stop = writes('delete', {
  path,
  operationId: 'stopHookShadow',
  summary: 'Run a shadow of a hook no more',
  tag,
  scopes: ['update:hooks'],
  params,
  status: 204,
  errors: [404],
  handle: async ({ params: { id } }, deps) => {
    const { shadow } = await findHook(id, deps);
    if (shadow === undefined) throw inexistent('hook shadow');
    const changed = await hooksIn(deps.db).change(id, (now) => withoutShadow(aHook(now)));
    if (changed === undefined) throw inexistent('hook');
    return { answer: undefined, change: { collection, id, before: { shadow }, after: { shadow: null } } };
  },
});

export const shadowRoutes: readonly Route[] = [get, start, stop];

async function changing(id: string, deps: Deps, edit: (now: Hook) => Hook) {
  const changed = await hooksIn(deps.db).change(id, (now) => edit(aHook(now)));
  if (changed === undefined) throw inexistent('hook');
  const { before, after } = changed;
  const [was, is] = [before, after].map(({ shadow }) => ({ shadow: shadow ?? null }));
  return { answer: viewOf(after, deps), change: { collection, id, before: was, after: is } };
}

function viewOf(hook: Hook, { shadowReports }: Pick<Deps, 'shadowReports'>) {
  const { shadow } = hook;
  if (shadow === undefined) throw inexistent('hook shadow');
  const { started_at_ms, ...rest } = shadow;
  return {
    ...rest,
    number: historyOf(hook).find(({ revision }) => revision === shadow.revision)?.number ?? null,
    started_at: new Date(started_at_ms).toISOString(),
    ...shadowReports.reportOf(shadow.id),
  };
}

function mustBeOfHistory(hook: Hook, revision: string): void {
  if (hook.current_revision === null)
    throw new ApiError(400, 'hook_not_deployed', 'Deploy a revision to all clients first.');
  if (!historyOf(hook).some((entry) => entry.revision === revision)) throw inexistent('hook revision');
}

/** Both are told the same of a request. */
async function mustBeOfOneKind({ current_revision }: Hook, revision: string, { db }: Deps): Promise<void> {
  const hooks = hooksIn(db);
  const [was, is] = await Promise.all([hooks.findRevision(current_revision ?? ''), hooks.findRevision(revision)]);
  if (was?.kind !== is?.kind)
    throw invalidBody("'must have the contract of the deployed revision' on property revision.");
}
