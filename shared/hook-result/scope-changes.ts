import type { ScopeChanges } from '../domain/hook-finding.ts';

export function scopeChanges(granted: readonly string[], scopes: readonly string[]): ScopeChanges {
  const [before, after] = [new Set(granted), new Set(scopes)];
  return {
    removed: granted.filter((scope) => !after.has(scope)),
    added: scopes.filter((scope) => !before.has(scope)),
  };
}
