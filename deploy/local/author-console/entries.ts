import { z } from 'zod';
import { Dropped, HookFinding, ScopeChanges } from '../../../shared/domain/hook-finding.ts';
import { HookError, HookOutcome, LastCalls } from '../../../shared/domain/hook-outcome.ts';

/** Entries of the services' logs that an author is shown in other words. */

const traced = { trace_id: z.string().optional() };

const [ok] = HookOutcome.options;
const ConsoleLine = ok.shape.console.unwrap();

/** Of the hook-executor: one line that a hook printed. */
const Printed = z
  .object({
    ...traced,
    msg: z.literal('hook console'),
    hook: z.string(),
    level_of_hook: ConsoleLine.shape.level,
    text: z.string(),
  })
  .transform((entry) => ({ kind: 'printed' as const, ...entry }));

/** Of the hook-executor: how many lines of a hook within a second it left out. */
const Cut = z
  .object({
    ...traced,
    msg: z.literal('hook console: more lines within a second than are logged'),
    hook: z.string(),
    lines: z.int(),
  })
  .transform((entry) => ({ kind: 'cut' as const, ...entry }));

/** Of the hook-executor: a run that gave no result. */
const Failed = z
  .object({
    ...traced,
    msg: z.literal('a hook run failed'),
    hook: z.object({ name: z.string(), revision: z.string() }),
    outcome: z.string(),
    limit: z.string().optional(),
    during: z.string().optional(),
    reason: z.string().optional(),
    error: HookError.optional(),
    last_calls: LastCalls.optional(),
  })
  .transform((entry) => ({ kind: 'failed' as const, ...entry }));

/** Of the gateway: what became of a token request. */
const Answered = z
  .object({
    ...traced,
    msg: z.literal('a token request was answered'),
    token_request: z.object({
      client_id: z.string().optional(),
      client_name: z.string().optional(),
      audience: z.string().optional(),
      scope: z.string().optional(),
      dropped: z.array(Dropped).default([]),
      scope_changes: ScopeChanges.optional(),
      hook: HookFinding.optional(),
      actions: z.array(HookFinding).default([]),
      error: z.object({ code: z.string(), status: z.int() }).optional(),
      error_description: z.string().optional(),
      duration_ms: z.number(),
    }),
  })
  .transform((entry) => ({ kind: 'answered' as const, ...entry }));

/** What the lines above tell already, in the words of the service. */
const Told = z
  .object({
    msg: z.enum([
      'a request failed',
      'a hook set claims or scopes that are not allowed',
      'a hook removed scopes that the client was granted',
      'a token is issued without its hook, by the policy of the hook',
    ]),
    trace_id: z.string(),
  })
  .transform((entry) => ({ kind: 'told' as const, ...entry }));

const AuthorsEntry = z.union([Printed, Cut, Failed, Answered, Told]);
export type AuthorsEntry = z.infer<typeof AuthorsEntry>;
export type Of<Kind extends AuthorsEntry['kind']> = Extract<AuthorsEntry, { kind: Kind }>;

/** `undefined` for what is of no interest to an author, or no entry at all. */
export function authorsEntry(line: string): AuthorsEntry | undefined {
  return AuthorsEntry.safeParse(parsed(line)).data;
}

/** The level of an entry, as pino counts it; `undefined` for a line that is none. */
export function levelOf(line: string): number | undefined {
  return z.object({ level: z.number() }).safeParse(parsed(line)).data?.level;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
