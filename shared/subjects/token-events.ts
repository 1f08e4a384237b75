import { z } from 'zod';
import { MAX_NAMES, ScopeChanges } from '../hook-result/scope-changes.ts';

/** More than a gateway reports of one token. */
const MAX_FINDINGS = 1_000;

/** Why a hook's claim or scope did not make it into the token. */
export const Dropped = z.object({
  kind: z.enum(['claim', 'scope', 'write']),
  name: z.string(),
  reason: z.enum([
    'reserved',
    'not_namespaced',
    'vendor_namespace',
    'unsafe_characters',
    'not_normalized',
    'not_carried',
    'invalid_scope_token',
    'not_an_array_of_strings',
    'assigned',
  ]),
});
export type Dropped = z.infer<typeof Dropped>;

/** One run of a hook or Action, for a token. */
export const HookFinding = z.object({
  id: z.string(),
  name: z.string(),
  revision: z.string(),
  outcome: z.string(),
  cpu_ms: z.number(),
  wall_ms: z.number(),
  /** The hook failed and its policy had the token issued without it. */
  unmodified: z.literal(true).optional(),
});
export type HookFinding = z.infer<typeof HookFinding>;

/**
 * `hookmint.<tenant>.token.issued`, `.denied`, `.failed`: gateway → the stream `HOOKMINT_EVENTS`. What became of each token
 * request: issued, refused for a reason of the client's or the hook's (4xx), or failed for one of ours (5xx). Never the token,
 * a secret, or a claim's value.
 */
export const TokenEvent = z.object({
  type: z.enum(['token.issued', 'token.denied', 'token.failed']),
  id: z.string(),
  /** Milliseconds since the epoch. */
  time_ms: z.number(),
  trace_id: z.string().optional(),
  /** What the caller called the request (`X-Correlation-ID`, `X-Request-Id`). */
  correlation_id: z.string().optional(),
  ip: z.string().optional(),
  user_agent: z.string().optional(),
  client_id: z.string().optional(),
  client_name: z.string().optional(),
  audience: z.string().optional(),
  scope: z.string().optional(),
  /** Names of the custom claims in the token. */
  custom_claims: z.array(z.string()).max(MAX_NAMES).optional(),
  dropped: z.array(Dropped).max(MAX_FINDINGS).optional(),
  /** Absent when the token has the scopes of the grant. */
  scope_changes: ScopeChanges.optional(),
  kid: z.string().optional(),
  jti: z.string().optional(),
  hook: HookFinding.optional(),
  /** The Actions that ran after it, in their order. */
  actions: z.array(HookFinding).max(MAX_FINDINGS).optional(),
  error: z.object({ code: z.string(), status: z.number() }).optional(),
  /** It stands for so many requests that nobody authenticated, of one address within a minute, beside the first, which was told of. */
  refusals: z.int().optional(),
  duration_ms: z.number(),
});
export type TokenEvent = z.infer<typeof TokenEvent>;
