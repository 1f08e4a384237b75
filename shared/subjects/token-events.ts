import { z } from 'zod';
import { ProofOfPossession } from '../domain/proof-of-possession.ts';
import { MAX_ACTORS } from '../domain/subject-token.ts';
import { Dropped, HookFinding, MAX_NAMES, ScopeChanges } from '../domain/hook-finding.ts';

const Named = z.object({ issuer: z.string(), subject: z.string() });

/** More than a gateway reports of one token. */
const MAX_FINDINGS = 1_000;

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
  /** Absent for a bearer token. */
  proof_of_possession: ProofOfPossession.optional(),
  /** The token of another issuer by which the client authenticated. */
  client_assertion: z.object({ issuer: z.string(), subject: z.string(), kid: z.string().optional() }).optional(),
  /** Whom the token speaks for, or would, and who acts, the last one first; absent where the client asked for itself. */
  on_behalf_of: z.object({ grant_type: z.string(), subject: Named, actors: z.array(Named).max(MAX_ACTORS) }).optional(),
  hook: HookFinding.optional(),
  /** The Actions that ran after it, in their order. */
  actions: z.array(HookFinding).max(MAX_FINDINGS).optional(),
  error: z.object({ code: z.string(), status: z.number() }).optional(),
  /** It stands for so many requests that nobody authenticated, of one address within a minute, beside the first, which was told of. */
  refusals: z.int().optional(),
  duration_ms: z.number(),
});
export type TokenEvent = z.infer<typeof TokenEvent>;
