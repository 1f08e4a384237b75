import type { HookOutcome } from '../domain/hook-outcome.ts';
import type { Dropped } from '../domain/hook-finding.ts';

/** What the code itself says that it asked for and did not get: assignments of an Action that do nothing, what its contract does not allow. */
export function askedInVain(outcome: HookOutcome): Dropped[] {
  if (outcome.status !== 'ok') return [];
  const { ignored_writes = [], notes = [] } = outcome;
  return [
    ...ignored_writes.map((name): Dropped => ({ kind: 'write', name, reason: 'assigned' })),
    ...notes.map(([kind, name, reason]): Dropped => ({ kind, name, reason })),
  ];
}
