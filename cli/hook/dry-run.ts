import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { customClaimsPolicyOf, type CustomClaimsPolicy } from '../../shared/domain/tenant.ts';
import { judgeOutcome, type Judgement } from '../../shared/hook-result/judge-outcome.ts';
import { asAuthorSees } from '../../services/hook-executor/author-view.ts';
import { NO_CEILING } from '../../services/hook-executor/egress/address-ceiling.ts';
import { createEgressBroker } from '../../services/hook-executor/egress/broker.ts';
import type { NetworkCall } from '../../shared/domain/network-call.ts';
import type { SampleEvent } from '../../shared/domain/sample-event.ts';
import { noting } from '../../services/hook-executor/egress/note-requests.ts';
import { networkOfRun } from '../../services/hook-executor/egress/network-of-run.ts';
import type { KnownRevision } from '../../services/hook-executor/revisions.ts';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import { memoryDocuments } from '../../services/hook-executor/storage/memory-documents.ts';
import { storageOfRun } from '../../services/hook-executor/storage/storage-of-run.ts';
import type { HookArguments } from '../../shared/subjects/token-requested.ts';

/** What one run came to, without a token having been issued. */
export type DryRun = Judgement & {
  kind: 'hook' | 'action';
  outcome: Omit<HookOutcome, 'cpu_ms' | 'wall_ms' | 'console' | 'result'>;
  console: HookOutcome['console'];
  network: NetworkCall[];
  cpu_ms: number;
  wall_ms: number;
};

/** Time on top of a hook's wall limit for its outcome to arrive. */
const GRACE_MS = 1_000;

/** Runs hooks as a hook-executor does, and takes their results as a gateway does. */
export async function openDryRuns() {
  const pool = await openSandboxPool(1);
  const broker = createEgressBroker(NO_CEILING);
  const documents = memoryDocuments();
  let runs = 0;
  return {
    async run(hook: KnownRevision, event: SampleEvent, policy: CustomClaimsPolicy): Promise<DryRun> {
      const { scope, ...others } = event;
      // Contract §1.1: undefined, not empty, when the grant gives none.
      const args: HookArguments = scope.length === 0 ? others : { ...others, scope };
      const deadlineMs = Date.now() + hook.revision.limits.wall_ms + GRACE_MS;
      const network: NetworkCall[] = [];
      const toNetwork = noting(networkOfRun(broker, hook.revision, deadlineMs), network);
      // Of a name of its own: no run finds what another left in `global`.
      const runnable = { ...hook.runnable, revision: `${hook.runnable.revision} ${++runs}` };
      const storage = storageOfRun(documents, hook.revision, deadlineMs);
      const ran = await pool.run(runnable, JSON.stringify(args), deadlineMs, toNetwork, storage);
      const outcome = asAuthorSees(ran, hook);
      pool.unload(runnable.revision);
      const { cpu_ms, wall_ms, console, ...ended } = outcome;
      if ('result' in ended) delete ended.result;
      return {
        kind: hook.revision.kind,
        outcome: ended,
        ...judgeOutcome(outcome, scope, customClaimsPolicyOf(hook.revision.kind, policy)),
        console,
        network,
        cpu_ms,
        wall_ms,
      };
    },
    close: () => {
      pool.close();
      broker.close();
    },
  };
}
