import { z } from 'zod';
import { ruled } from './gradual-deployment.ts';

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
    'contract',
    'not_supported',
    'not_granted',
  ]),
});
export type Dropped = z.infer<typeof Dropped>;

/** One run of a hook or Action, for a token. */
export const HookFinding = z.object({
  id: z.string(),
  name: z.string(),
  revision: z.string(),
  ...ruled,
  /** Another revision was to run beside it, for such a share of the requests. It shaped nothing. */
  shadow: z.object({ revision: z.string(), percent: z.number() }).optional(),
  outcome: z.string(),
  cpu_ms: z.number(),
  wall_ms: z.number(),
  /** The hook failed and its policy had the token issued without it. */
  unmodified: z.literal(true).optional(),
  /** What it threw, for its author: without values of its secrets, with positions in the author's file, cut. */
  error: z.object({ name: z.string(), message: z.string(), stack: z.string().optional() }).optional(),
});
export type HookFinding = z.infer<typeof HookFinding>;

/** More names than fit an event: each takes four bytes of a megabyte at the least. */
export const MAX_NAMES = 250_000;

/** How hooks changed a token's scopes: granted scopes that were removed, and scopes added beyond the grant. */
export const ScopeChanges = z.object({
  removed: z.array(z.string()).max(MAX_NAMES),
  added: z.array(z.string()).max(MAX_NAMES),
});
export type ScopeChanges = z.infer<typeof ScopeChanges>;
