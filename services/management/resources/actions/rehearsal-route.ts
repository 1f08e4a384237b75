import { z } from 'zod';
import type { Hook, HookRevision } from '../../../../shared/domain/hook.ts';
import { keptRevisions } from '../../../../shared/domain/hook-history.ts';
import { ApiError, inexistent } from '../../api/api-error.ts';
import { performs, type Caller, type Route } from '../../api/route.ts';
import type { Deps } from '../../deps.ts';
import { nextRevision } from '../../hook-revisions/make-next-revision.ts';
import { auditedRehearsal, findRevision, sourceOf, startRehearsal } from '../../rehearsal/start-rehearsal.ts';
import { howToRehearse, isOfOneSource, ONE_SOURCE, RehearsalView } from '../hooks/rehearsal-schema.ts';
import { editOf } from './edit.ts';
import { actionParams as params, findAction } from './find-action.ts';
import { UpdateAction } from './schema.ts';
import { draftOf } from './view.ts';

/** Code that is not kept, of which what is left out is as in the draft; or a revision of the Action. */
const StartRehearsal = z
  .strictObject({ ...UpdateAction.pick({ code: true, dependencies: true }).shape, ...howToRehearse })
  .refine(
    ({ revision, code, dependencies }) => revision === undefined || (code ?? dependencies) === undefined,
    'takes revision or code, not both',
  )
  .refine(isOfOneSource, ONE_SOURCE);
type StartRehearsal = z.infer<typeof StartRehearsal>;

const start = performs({
  path: '/actions/actions/{id}/rehearsals',
  operationId: 'rehearseAction',
  summary: 'Run past requests through other code of an action, and compare with the deployed one',
  tag: 'actions',
  scopes: ['update:actions'],
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
    const action = await findAction(id, deps);
    if (action.current_revision === null)
      throw new ApiError(400, 'hook_not_deployed', 'The Action has no deployed version to compare with.');
    const deployed = await findRevision(action.current_revision, deps);
    const revised = await revisedOf(action, body, caller, deps);
    const { last, network } = body;
    // Actions may set claims without a namespace, independent of the tenant's setting for hooks.
    const of = { hook: action, deployed, revised, network, policy: 'relaxed' } as const;
    return startRehearsal(of, source, last, caller, deps);
  },
});

export const actionRehearsalRoutes: readonly Route[] = [start];

async function revisedOf(
  action: Hook,
  { revision, code, dependencies }: StartRehearsal,
  caller: Caller,
  deps: Deps,
): Promise<HookRevision> {
  if (revision !== undefined) {
    if (!keptRevisions(action).has(revision)) throw inexistent('action version');
    return findRevision(revision, deps);
  }
  const from = draftOf(action);
  const before = from === null ? undefined : await findRevision(from, deps);
  const edit = editOf({ code, dependencies }, caller);
  return nextRevision(action.id, before, edit.revision, deps);
}
