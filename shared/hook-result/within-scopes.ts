import type { Dropped } from '../domain/hook-finding.ts';
import type { MergedResult } from './merge-hook-result.ts';

/** A token for somebody else has no scopes beyond those that it may have, whatever code adds. */
export function withinScopes(merged: MergedResult, allowed: readonly string[]): MergedResult {
  const own = new Set(allowed);
  const others = merged.scopes.filter((scope) => !own.has(scope));
  return {
    ...merged,
    scopes: merged.scopes.filter((scope) => own.has(scope)),
    dropped: [...merged.dropped, ...others.map((name): Dropped => ({ kind: 'scope', name, reason: 'not_granted' }))],
  };
}
