import { z } from 'zod';
import { ruled } from '../domain/gradual-deployment.ts';
import { HookRevision } from '../domain/hook.ts';
import { HookOutcome } from '../domain/hook-outcome.ts';

/** `hookmint.<tenant>.token.requested`: gateway → hook-executor, request/reply. Runs one hook for one token request. */
export function tokenRequestedSubject(tenant: string): string {
  return `hookmint.${tenant}.token.requested`;
}

export const TOKEN_REQUESTED_QUEUE = 'hook-executor';

/** Sealed by a hook-executor, for hook-executors. */
const SealedCache = z.string().max(131_072).optional();

export const TokenRequested = z.object({
  hook: z.object({ id: z.string(), name: z.string(), revision: z.string(), ...ruled }),
  /** JSON text of `HookArguments`: only the isolate reads it, so only the isolate parses it. */
  arguments: z.string(),
  /** Of an Action: what Actions have put into `api.cache`. */
  cache: SealedCache,
  /**
   * The hook's code, sent along only when an executor answered `revision_missing`. A revision is addressed by its content,
   * so whoever receives it can check it, and an executor needs no database.
   */
  revision: HookRevision.optional(),
});
export type TokenRequested = z.infer<typeof TokenRequested>;

export const TokenRequestedReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('outcome'), outcome: HookOutcome, cache: SealedCache }),
  z.object({ kind: z.literal('revision_missing') }),
]);
export type TokenRequestedReply = z.infer<typeof TokenRequestedReply>;
