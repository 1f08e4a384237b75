import type { Dropped } from '../domain/hook-finding.ts';
import type { MergedResult } from './merge-hook-result.ts';

/** A token for somebody else has no scopes beyond those that it may have, whatever code adds. */
export function withinScopes(merged: MergedResult, allowed: readonly string[]): MergedResult {
  const scopes = new Set(merged.scopes);
  const own = new Set(allowed);
  const others = [...scopes.difference(own)];
  return {
    ...merged,
    scopes: [...scopes.intersection(own)],
    dropped: [...merged.dropped, ...others.map((name): Dropped => ({ kind: 'scope', name, reason: 'not_granted' }))],
  };
}
