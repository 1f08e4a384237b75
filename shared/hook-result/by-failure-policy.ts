import type { HookRevision } from '../domain/hook.ts';
import type { HookEvent } from '../domain/sample-event.ts';
import type { JudgedRun } from './differences-of-runs.ts';
import { isFailure } from './is-failure.ts';

/** What clients get of a run that failed: by the policy of its hook a token as it was before the run. */
export function byFailurePolicy<Run extends JudgedRun>(
  run: Run,
  { scope, custom_claims }: Pick<HookEvent, 'scope' | 'custom_claims'>,
  { on_failure }: Pick<HookRevision, 'on_failure'>,
): Run {
  if (on_failure !== 'issue_unmodified' || !isFailure(run.outcome)) return run;
  return { ...run, token: { scope, claims: custom_claims }, answer: null };
}
