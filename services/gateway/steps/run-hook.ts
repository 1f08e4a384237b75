import type { BatchRequester } from '../../../shared/bus/batch-requester.ts';
import { remoteErrorOf } from '../../../shared/bus/batch-requester.ts';
import { NOT_RUN, unavailable, type HookOutcome } from '../../../shared/domain/hook-outcome.ts';
import type { HookRevision } from '../../../shared/domain/hook.ts';
import { HookmintError } from '../../../shared/errors.ts';
import type { HookArguments, TokenRequested, TokenRequestedReply } from '../../../shared/subjects/token-requested.ts';
import { HOOK_REPLY_GRACE_MS } from '../limits.ts';

export type EnabledHook = { id: string; name: string; revision: HookRevision };
export type HookRequester = BatchRequester<TokenRequested, TokenRequestedReply>;

/** Has the enabled hook run by an executor. However that goes, it is an outcome; what to make of it is decided elsewhere. */
export async function runHook(
  { id, name, revision }: EnabledHook,
  hookArguments: HookArguments,
  executors: HookRequester,
): Promise<HookOutcome> {
  const deadlineMs = Date.now() + revision.limits.wall_ms + HOOK_REPLY_GRACE_MS;
  const event = { hook: { id, name, revision: revision.revision }, arguments: JSON.stringify(hookArguments) };
  try {
    let reply = await executors.request(event, deadlineMs);
    // Whichever executor has it next may not be the one that asked: it gets the code along with the event.
    if (reply.kind === 'revision_missing') reply = await executors.request({ ...event, revision }, deadlineMs);
    return reply.kind === 'outcome' ? reply.outcome : unavailable('the executor does not take the revision');
  } catch (error) {
    if (!(error instanceof HookmintError)) throw error;
    if (error.code === 'bus_deadline_exceeded') return { status: 'timed_out', limit: 'wall', ...NOT_RUN };
    return unavailable(remoteErrorOf(error)?.code ?? error.code);
  }
}
