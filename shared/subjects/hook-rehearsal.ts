import { z } from 'zod';
import { RehearsalNetwork } from '../domain/shadow.ts';
import { MAX_SEALED_ANSWERS_LENGTH } from '../recorded-answers.ts';
import { TokenRequested } from './token-requested.ts';

/**
 * `hookmint.<tenant>.hook.rehearsal`: management, for a rehearsal, and gateway, for a shadow → hook-executor, request/reply. Runs a revision
 * apart from the runs of token requests; the reply is that of `hook.dry-run`. A subject of its own: an executor that knows nothing of
 * `network` must not hear of a run that is to have none.
 */
export function hookRehearsalSubject(tenant: string): string {
  return `hookmint.${tenant}.hook.rehearsal`;
}

export const HOOK_REHEARSAL_QUEUE = 'hook-executor';

export const HookRehearsal = TokenRequested.extend({
  /** Name of the rehearsal or shadow: all runs of a revision in it have one isolate and one storage, as those of token requests do. */
  rehearsal: z.string().max(64),
  network: RehearsalNetwork,
  /** Of the network `recorded`: sealed, what answers its requests. Without, they go out, and the reply has what answered them. */
  answers: z.string().max(MAX_SEALED_ANSWERS_LENGTH).optional(),
});
export type HookRehearsal = z.infer<typeof HookRehearsal>;
