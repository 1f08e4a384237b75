import type { HookOutcome } from '../domain/hook-outcome.ts';
import type { Dropped } from '../domain/hook-finding.ts';

/** Assignments of an Action that do nothing, as what it asked for and did not get. */
export function ignoredWrites(outcome: HookOutcome): Dropped[] {
  if (outcome.status !== 'ok') return [];
  return (outcome.ignored_writes ?? []).map((name) => ({ kind: 'write', name, reason: 'assigned' }));
}
