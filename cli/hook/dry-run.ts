import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import type { CustomClaimsPolicy } from '../../shared/domain/tenant.ts';
import type { Dropped } from '../../shared/subjects/token-events.ts';
import { acceptHookOutcome } from '../../services/gateway/steps/accept-hook-outcome.ts';
import { mergeHookResult } from '../../services/gateway/steps/merge-hook-result.ts';
import { OAuthError } from '../../services/gateway/oauth-error.ts';
import { asAuthorSees } from '../../services/hook-executor/author-view.ts';
import { createEgressBroker } from '../../services/hook-executor/egress/broker.ts';
import { networkOfRun } from '../../services/hook-executor/network.ts';
import type { KnownRevision } from '../../services/hook-executor/revisions.ts';
import { openSandboxPool } from '../../services/hook-executor/sandbox-pool.ts';
import type { HookArguments } from '../../shared/subjects/token-requested.ts';
import type { SampleEvent } from './event.ts';
import { noting, type NetworkCall } from './network-log.ts';

/** What one run came to, without a token having been issued. */
export type DryRun = {
  kind: 'hook' | 'action';
  outcome: Omit<HookOutcome, 'cpu_ms' | 'wall_ms' | 'console' | 'result'>;
  /** What the token would hold of the hook's; `null` when none would be issued. */
  token: { scope: string[]; claims: Record<string, unknown> } | null;
  /** Scopes of the grant that the token lacks, and scopes that the grant did not give. */
  scope_changes: { removed: string[]; added: string[] };
  dropped: Dropped[];
  /** What the client would be answered instead of a token. */
  answer: { status: number; error: string; error_description: string } | null;
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
  const broker = createEgressBroker();
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
      const outcome = asAuthorSees(await pool.run(runnable, JSON.stringify(args), deadlineMs, toNetwork), hook);
      pool.unload(runnable.revision);
      const { cpu_ms, wall_ms, console, ...ended } = outcome;
      if ('result' in ended) delete ended.result;
      return {
        kind: hook.revision.kind,
        outcome: ended,
        ...judged(outcome, scope, hook.revision.kind === 'action' ? 'relaxed' : policy),
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

function judged(
  outcome: HookOutcome,
  granted: string[],
  policy: CustomClaimsPolicy,
): Pick<DryRun, 'token' | 'scope_changes' | 'dropped' | 'answer'> {
  try {
    const { scopes, customClaims, dropped } = mergeHookResult(acceptHookOutcome(outcome), policy);
    return {
      token: { scope: scopes, claims: customClaims },
      scope_changes: {
        removed: granted.filter((scope) => !scopes.includes(scope)),
        added: scopes.filter((scope) => !granted.includes(scope)),
      },
      dropped,
      answer: null,
    };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const answer = { status: error.status, error: error.error, error_description: error.description };
    return { token: null, scope_changes: { removed: [], added: [] }, dropped: [], answer };
  }
}
