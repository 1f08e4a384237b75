import { UsageError } from '../../shared/usage-error.ts';
import { ApiCallError, type ApiClient } from '../api-client.ts';
import type { Remote } from './remote.ts';
import type { Run, Step } from './step.ts';

export type Failure = { kind: Step['kind']; name: string; reason: string };
export type CarriedOut = Pick<Run, 'newClients' | 'newIds' | 'shaped'> & { failures: Failure[] };

/**
 * Carries out a plan, in its order. A step that is refused is told of, and the
 * others are carried out all the same, but for those that need what it would have made.
 */
export async function carryOut(
  steps: readonly Step[],
  api: ApiClient,
  remote: Remote,
  done: (step: Step) => void,
): Promise<CarriedOut> {
  const run: Run = {
    api,
    clientIds: new Map(remote.clients.map(({ name, client_id }) => [name, client_id])),
    actionIds: new Map(remote.actions.map(({ name, id }) => [name, id])),
    newClients: [],
    newIds: [],
    shaped: [],
  };
  const failures: Failure[] = [];
  const unmade = new Set<string>();
  for (const step of steps) {
    const gone = step.needs?.find((need) => unmade.has(need));
    if (gone !== undefined) {
      failures.push({ kind: step.kind, name: step.name, reason: `not attempted, because this failed: ${gone}` });
      continue;
    }
    try {
      await step.run?.(run);
      done(step);
    } catch (error) {
      // Also when hookmint is away: credentials that were made before are shown this once.
      if (!(error instanceof ApiCallError || error instanceof UsageError)) throw error;
      failures.push({ kind: step.kind, name: step.name, reason: error.message });
      if (step.does === 'create' && step.makes !== undefined) unmade.add(step.makes);
    }
  }
  return { newClients: run.newClients, newIds: run.newIds, shaped: run.shaped, failures };
}
