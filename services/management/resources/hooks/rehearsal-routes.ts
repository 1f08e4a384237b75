import type { Hook, HookRevision } from '../../../../shared/domain/hook.ts';
import { historyOf } from '../../../../shared/domain/hook-history.ts';
import { hooksIn } from '../../../../shared/store/hooks.ts';
import { tenantIn } from '../../../../shared/store/tenant.ts';
import { createTurns } from '../../../../shared/turns.ts';
import { ApiError, inexistent } from '../../api/api-error.ts';
import { performs, type Caller, type Route } from '../../api/route.ts';
import { requireScope } from '../../auth/require-scope.ts';
import type { Deps } from '../../deps.ts';
import { nextRevision } from '../../hook-revisions/make-next-revision.ts';
import { rehearse } from '../../rehearsal/rehearse.ts';
import { cursorOf, hasRecordings, pastRequests, type Chosen, type Source } from '../../rehearsal/requests.ts';
import { draftOf, findHook, hookParams as params } from './find-hook.ts';
import { RehearsalView, StartRehearsal } from './rehearsal-schema.ts';
import { revisionEditOf } from './revision-edit.ts';

const RETRY_AFTER_SECONDS = 5;

/** A rehearsal has half of the places for dry runs. */
const inTurn = createTurns({
  atOnce: 1,
  maxWaiting: 3,
  full: () =>
    new ApiError(429, 'too_many_requests', 'Other rehearsals are going on; try again', {
      headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
    }),
});

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
  audits: ({ params: { id }, body, caller }) =>
    body.source !== 'logs' && caller.scopes.has(OF_RECORDINGS)
      ? { collection: 'hooks', id, after: { last: body.last, since: body.since, client_ids: body.client_ids } }
      : undefined,
  handle: async ({ params: { id }, body, caller }, deps) => {
    const { last, since, client_ids, from, network } = body;
    const chosen = { since: since === undefined ? undefined : new Date(since), clientIds: client_ids, from };
    const source = await sourceOf(body.source, chosen, caller, deps);
    const hook = await findHook(id, deps);
    if (hook.current_revision === null)
      throw new ApiError(400, 'hook_not_deployed', 'The hook has no deployed revision to compare with.');
    const deployed = await findRevision(hook.current_revision, deps);
    const revised = await revisedOf(hook, body, caller, deps);
    const { custom_claims: policy } = await tenantIn(deps.db).settings();
    const { stoppedAt, ...rehearsed } = await inTurn(
      () => rehearse({ hook, deployed, revised, network, policy }, pastRequests(source, chosen, deps), last, deps),
      { caller: caller.id },
    );
    return {
      source,
      network,
      deployed: deployed.revision,
      revision: revised.revision,
      ...rehearsed,
      ...(stoppedAt === undefined ? {} : { next: cursorOf(source, stoppedAt) }),
    };
  },
});

export const rehearsalRoutes: readonly Route[] = [start];

const OF_RECORDINGS = 'read:hook_recordings';
const OF_LOGS = 'read:logs';

/** The code is told what came, and is free to tell it again. */
async function sourceOf(given: Source | undefined, chosen: Chosen, caller: Caller, deps: Deps): Promise<Source> {
  const isAllowed = caller.scopes.has(OF_RECORDINGS);
  const source = given ?? (isAllowed && (await hasRecordings(chosen, deps)) ? 'recordings' : 'logs');
  requireScope(caller, { scopes: [source === 'recordings' ? OF_RECORDINGS : OF_LOGS] });
  return source;
}

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

async function findRevision(revision: string, { db }: Pick<Deps, 'db'>): Promise<HookRevision> {
  const found = await hooksIn(db).findRevision(revision);
  if (found === undefined) throw inexistent('hook revision');
  return found;
}
