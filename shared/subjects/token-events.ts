import { z } from 'zod';

/**
 * `hookmint.<tenant>.token.issued`, `.denied`, `.failed`: gateway → the stream `HOOKMINT_EVENTS`. What became of each token
 * request: issued, refused for a reason of the client's or the hook's (4xx), or failed for one of ours (5xx). Never the token,
 * a secret, or a claim's value.
 */
export function tokenEventSubject(tenant: string, type: TokenEvent['type']): string {
  return `hookmint.${tenant}.${type}`;
}

export const EVENTS_STREAM = 'HOOKMINT_EVENTS';
export const EVENTS_STREAM_SUBJECTS = ['hookmint.*.token.issued', 'hookmint.*.token.denied', 'hookmint.*.token.failed'];

/** Why a hook's claim or scope did not make it into the token. */
export const Dropped = z.object({
  kind: z.enum(['claim', 'scope']),
  name: z.string(),
  reason: z.enum(['reserved', 'not_namespaced', 'vendor_namespace', 'invalid_scope_token', 'not_an_array_of_strings']),
});
export type Dropped = z.infer<typeof Dropped>;

export const TokenEvent = z.object({
  type: z.enum(['token.issued', 'token.denied', 'token.failed']),
  id: z.string(),
  /** Milliseconds since the epoch. */
  time_ms: z.number(),
  trace_id: z.string().optional(),
  ip: z.string().optional(),
  user_agent: z.string().optional(),
  client_id: z.string().optional(),
  client_name: z.string().optional(),
  audience: z.string().optional(),
  scope: z.string().optional(),
  /** Names of the custom claims in the token. */
  custom_claims: z.array(z.string()).optional(),
  dropped: z.array(Dropped).optional(),
  kid: z.string().optional(),
  jti: z.string().optional(),
  hook: z
    .object({
      id: z.string(),
      name: z.string(),
      revision: z.string(),
      outcome: z.string(),
      cpu_ms: z.number(),
      wall_ms: z.number(),
      /** The hook failed and its policy had the token issued without it. */
      unmodified: z.literal(true).optional(),
    })
    .optional(),
  error: z.object({ code: z.string(), status: z.number() }).optional(),
  duration_ms: z.number(),
});
export type TokenEvent = z.infer<typeof TokenEvent>;

/** A message of the stream: the events of one moment, one to 64 of them. */
export const TokenEvents = z.object({ events: z.array(TokenEvent).min(1).max(64) });
export type TokenEvents = z.infer<typeof TokenEvents>;
