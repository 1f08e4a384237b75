import { setTimeout as delay } from 'node:timers/promises';
import type { BatchRequester } from '../../../shared/bus/batch-requester.ts';
import { remoteErrorOf } from '../../../shared/bus/batch-requester.ts';
import { NOT_RUN, unavailable, type HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import type { HookRevision } from '../../../shared/domain/hook.ts';
import { HookmintError } from '../../../shared/errors.ts';
import type { HookArguments } from '../../../shared/domain/hook-arguments.ts';
import type { TokenRequested, TokenRequestedReply } from '../../../shared/subjects/token-requested.ts';
import { ruleOf, type ShapingHook } from '../gradual/side-of.ts';
import { HOOK_REPLY_GRACE_MS } from '../limits.ts';

export type HookRequester = BatchRequester<TokenRequested, TokenRequestedReply>;

/** After this time the code has arrived, even if the run that carried it is still going on. */
const CODE_ARRIVAL_MS = 250;

/** Code on its way to an executor: it may be megabytes, and a cold executor asks for it once for every request in flight. */
const sending = new Map<string, Promise<unknown>>();

/** Asks again with the code; whichever executor has it next may not be the one that asked. */
async function requestWithCode(
  event: TokenRequested & { revision: HookRevision },
  deadlineMs: number,
  executors: HookRequester,
): Promise<TokenRequestedReply> {
  const { revision, ...withoutCode } = event;
  const inProgress = sending.get(revision.revision);
  if (inProgress !== undefined) {
    await Promise.race([inProgress.catch(() => undefined), delay(CODE_ARRIVAL_MS)]);
    const reply = await executors.request(withoutCode, deadlineMs);
    if (reply.kind !== 'revision_missing') return reply;
  }
  const request = executors.request(event, deadlineMs);
  sending.set(revision.revision, request);
  try {
    return await request;
  } finally {
    if (sending.get(revision.revision) === request) sending.delete(revision.revision);
  }
}

/** What Actions have put into `api.cache`, as hook-executors sealed it; of this gateway, for as long as it runs. */
export type CarriedCache = { sealed?: string };

/**
 * Has the enabled hook run by an executor. However that goes, it is an outcome; what to make of it is decided elsewhere.
 *
 * @param cache Of Actions: what they find, and what an Action leaves to the next.
 */
export async function runHook(
  hook: ShapingHook,
  hookArguments: HookArguments,
  executors: HookRequester,
  cache: CarriedCache = {},
): Promise<HookOutcome> {
  const { id, name, revision } = hook;
  const deadlineMs = Date.now() + revision.limits.wall_ms + HOOK_REPLY_GRACE_MS;
  const event = {
    hook: { id, name, revision: revision.revision, ...ruleOf(hook) },
    arguments: JSON.stringify(hookArguments),
    ...(cache.sealed === undefined || revision.kind !== 'action' ? {} : { cache: cache.sealed }),
  };
  try {
    let reply = await executors.request(event, deadlineMs);
    if (reply.kind === 'revision_missing') reply = await requestWithCode({ ...event, revision }, deadlineMs, executors);
    if (reply.kind !== 'outcome') return unavailable('the executor does not accept the revision');
    if (reply.cache !== undefined && revision.kind === 'action') cache.sealed = reply.cache;
    return reply.outcome;
  } catch (error) {
    if (!(error instanceof HookmintError)) throw error;
    if (error.code === 'bus_deadline_exceeded') return { status: 'timed_out', limit: 'wall', ...NOT_RUN };
    return unavailable(remoteErrorOf(error)?.code ?? error.code);
  }
}
