import type { Hook, HookRevision } from '../../../../shared/domain/hook.ts';
import { historyOf } from '../../../../shared/domain/hook-history.ts';
import { tenantIn } from '../../../../shared/store/tenant.ts';
import { ApiError, inexistent } from '../../api/api-error.ts';
import { performs, type Caller, type Route } from '../../api/route.ts';
import type { Deps } from '../../deps.ts';
import { nextRevision } from '../../hook-revisions/make-next-revision.ts';
import { auditedRehearsal, findRevision, sourceOf, startRehearsal } from '../../rehearsal/start-rehearsal.ts';
import { draftOf, findHook, hookParams as params } from './find-hook.ts';
import { RehearsalView, StartRehearsal } from './rehearsal-schema.ts';
import { revisionEditOf } from './revision-edit.ts';

const start = performs({
  path: '/hooks/{id}/rehearsals',
  operationId: 'rehearseHook',
  summary: 'Run past requests through another revision of a hook, and compare with the deployed one',
  tag: 'hook-revisions',
  scopes: ['update:hooks'],
  params,
  body: StartRehearsal,
  status: 200,
  response: RehearsalView,
  errors: [404],
  audits: ({ params: { id }, body, caller }) => {
    const after = auditedRehearsal(body, caller);
    return after === undefined ? undefined : { collection: 'hooks', id, after };
  },
  handle: async ({ params: { id }, body, caller }, deps) => {
    const source = await sourceOf(body, caller, deps);
    const hook = await findHook(id, deps);
    if (hook.current_revision === null)
      throw new ApiError(400, 'hook_not_deployed', 'The hook has no deployed revision to compare with.');
    const deployed = await findRevision(hook.current_revision, deps);
    const revised = await revisedOf(hook, body, caller, deps);
    const { custom_claims: policy } = await tenantIn(deps.db).settings();
    const { last, network } = body;
    return startRehearsal({ hook, deployed, revised, network, policy }, source, last, caller, deps);
  },
});

export const rehearsalRoutes: readonly Route[] = [start];

async function revisedOf(hook: Hook, body: StartRehearsal, caller: Caller, deps: Deps): Promise<HookRevision> {
  const { revision, script, dependencies, hookmint } = body;
  if (revision !== undefined) {
    if (!historyOf(hook).some((entry) => entry.revision === revision)) throw inexistent('hook revision');
    return findRevision(revision, deps);
  }
  const from = draftOf(hook);
  const before = from === null ? undefined : await findRevision(from, deps);
  return nextRevision(hook.id, before, revisionEditOf({ script, dependencies, hookmint }, caller), deps);
}
