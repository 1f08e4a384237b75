import { z } from 'zod';
import { HookOutcome, LastCalls } from '../domain/hook-outcome.ts';
import { NetworkCall } from '../domain/network-call.ts';
import { MAX_SEALED_ANSWERS_LENGTH } from '../recorded-answers.ts';
import { TokenRequested } from './token-requested.ts';

/**
 * `hookmint.<tenant>.hook.dry-run`: management → hook-executor, request/reply. Runs a revision once, apart from the runs of token
 * requests: nothing is issued, and nothing of it stays.
 */
export function hookDryRunSubject(tenant: string): string {
  return `hookmint.${tenant}.hook.dry-run`;
}

export const HOOK_DRY_RUN_QUEUE = 'hook-executor';

/**
 * As `token.requested` has it: the revision is sent along only when an executor answered `revision_missing`. Without `arguments` the
 * hook is loaded and not run: the outcome is `ok`, or how the load failed.
 */
export const HookDryRun = TokenRequested.extend({
  arguments: TokenRequested.shape.arguments.optional(),
});
export type HookDryRun = z.infer<typeof HookDryRun>;

export const HookDryRunReply = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ran'),
    outcome: HookOutcome,
    /** Requests that the run made, in their order. */
    network: z.array(NetworkCall),
    /** Of a run that waited in vain: what was not answered, or else the last that was. */
    last_calls: LastCalls.optional(),
    /** Of a rehearsal whose network is recorded: what answered these requests, sealed. */
    answers: z.string().max(MAX_SEALED_ANSWERS_LENGTH).optional(),
  }),
  z.object({ kind: z.literal('revision_missing') }),
]);
export type HookDryRunReply = z.infer<typeof HookDryRunReply>;
