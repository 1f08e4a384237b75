import type { HookRevision } from '../../../shared/domain/hook.ts';
import { hooksIn } from '../../../shared/store/hooks.ts';
import { createTurns } from '../../../shared/turns.ts';
import { ApiError, inexistent } from '../api/api-error.ts';
import type { Caller } from '../api/route.ts';
import { requireScope } from '../auth/require-scope.ts';
import type { Deps } from '../deps.ts';
import type { HowToRehearse } from '../resources/hooks/rehearsal-schema.ts';
import { rehearse, type Rehearsal } from './rehearse.ts';
import { cursorOf, hasRecordings, pastRequests, type Chosen, type Source } from './requests.ts';

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

const OF_RECORDINGS = 'read:hook_recordings';
const OF_LOGS = 'read:logs';

export type ChosenSource = { source: Source; chosen: Chosen };

/**
 * Where the requests are taken from. The code is told what came, and is free to tell it again.
 *
 * @throws {ApiError} 403 for a caller who may not read it.
 */
export async function sourceOf(
  { source: given, since, client_ids, from }: HowToRehearse,
  caller: Caller,
  deps: Deps,
): Promise<ChosenSource> {
  const chosen = { since: since === undefined ? undefined : new Date(since), clientIds: client_ids, from };
  const isAllowed = caller.scopes.has(OF_RECORDINGS);
  const source = given ?? (isAllowed && (await hasRecordings(chosen, deps)) ? 'recordings' : 'logs');
  requireScope(caller, { scopes: [source === 'recordings' ? OF_RECORDINGS : OF_LOGS] });
  return { source, chosen };
}

/** What of a rehearsal the audit has: of one with recordings, which; of logs nothing. */
export const auditedRehearsal = (
  { source, last, since, client_ids }: HowToRehearse,
  caller: Caller,
): object | undefined =>
  source !== 'logs' && caller.scopes.has(OF_RECORDINGS) ? { last, since, client_ids } : undefined;

/** Runs it, one at a time, and gives its report. */
export async function startRehearsal(
  of: Rehearsal,
  { source, chosen }: ChosenSource,
  last: number,
  caller: Caller,
  deps: Deps,
) {
  const { stoppedAt, ...rehearsed } = await inTurn(() => rehearse(of, pastRequests(source, chosen, deps), last, deps), {
    caller: caller.id,
  });
  return {
    source,
    network: of.network,
    deployed: of.deployed.revision,
    revision: of.revised.revision,
    ...rehearsed,
    ...(stoppedAt === undefined ? {} : { next: cursorOf(source, stoppedAt) }),
  };
}

/** @throws {ApiError} 404 */
export async function findRevision(revision: string, { db }: Pick<Deps, 'db'>): Promise<HookRevision> {
  const found = await hooksIn(db).findRevision(revision);
  if (found === undefined) throw inexistent('hook revision');
  return found;
}
