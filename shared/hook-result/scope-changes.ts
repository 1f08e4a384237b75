import { z } from 'zod';

/** More names than fit an event: each takes four bytes of a megabyte at the least. */
export const MAX_NAMES = 250_000;

/** What hooks did to a token's scopes: those of the grant that went, and those that the grant did not give. */
export const ScopeChanges = z.object({
  removed: z.array(z.string()).max(MAX_NAMES),
  added: z.array(z.string()).max(MAX_NAMES),
});
export type ScopeChanges = z.infer<typeof ScopeChanges>;

export function scopeChanges(granted: readonly string[], scopes: readonly string[]): ScopeChanges {
  const [before, after] = [new Set(granted), new Set(scopes)];
  return {
    removed: granted.filter((scope) => !after.has(scope)),
    added: scopes.filter((scope) => !before.has(scope)),
  };
}
