import { complain } from '../../shared/terminal.ts';
import { countLosses } from './plan.ts';
import type { Step } from './step.ts';

/** Whether the plan must not be carried out for what would be lost, and says so. */
export function refusesLosses(steps: readonly Step[], accepted: boolean): boolean {
  const count = countLosses(steps);
  if (count === 0 || accepted) return false;
  complain(
    `${count === 1 ? '1 part' : `${String(count)} parts`} of the files would be lost (LOSS in the plan). Nothing was changed. ` +
      'Change the files, or add --accept-losses to go on without them.',
  );
  return true;
}
