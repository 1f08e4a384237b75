import type { HookKind } from '../../shared/domain/contracts.ts';
import type { HookOutcome, LastCall } from '../../shared/domain/hook-outcome.ts';
import type { CustomClaimsPolicy } from '../../shared/domain/tenant.ts';
import { judgeOutcome, type Judgement } from '../../shared/hook-result/judge-outcome.ts';
import type { NetworkCall } from '../../shared/domain/network-call.ts';
import { argumentsOf, type SampleEvent } from '../../shared/domain/sample-event.ts';
import { openRunsOnce, type Inspection, type KnownRevision } from '../../services/hook-executor/run-once.ts';

/** What one run came to, without a token having been issued. */
export type DryRun = Judgement & {
  kind: HookKind;
  outcome: Omit<HookOutcome, 'cpu_ms' | 'wall_ms' | 'console' | 'result'>;
  console: HookOutcome['console'];
  network: NetworkCall[];
  last_calls?: LastCall[] | undefined;
  cpu_ms: number;
  wall_ms: number;
};

/** Time on top of a hook's wall limit for its outcome to arrive. */
const GRACE_MS = 1_000;

/**
 * Runs hooks as a hook-executor does, and takes their results as a gateway does.
 *
 * @param inspection Of what a debugger looks into.
 */
export async function openDryRuns(inspection?: Inspection) {
  const runs = await openRunsOnce(inspection);
  return {
    async run(hook: KnownRevision, event: SampleEvent, policy: CustomClaimsPolicy): Promise<DryRun> {
      const deadlineMs = Date.now() + hook.revision.limits.wall_ms + GRACE_MS;
      const args = JSON.stringify(argumentsOf(event, hook.revision.kind));
      const { outcome, network, last_calls } = await runs.run(hook, args, deadlineMs);
      const { cpu_ms, wall_ms, console, ...ended } = outcome;
      if ('result' in ended) delete ended.result;
      return {
        kind: hook.revision.kind,
        outcome: ended,
        ...judgeOutcome(outcome, event, { kind: hook.revision.kind, policy }),
        console,
        network,
        ...(last_calls === undefined ? {} : { last_calls }),
        cpu_ms,
        wall_ms,
      };
    },
    close: () => runs.close(),
  };
}
