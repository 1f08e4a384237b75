import { unavailable } from '../../shared/domain/hook-outcome.ts';
import type { HookDryRun, HookDryRunReply } from '../../shared/subjects/hook-dry-run.ts';
import type { EgressBroker } from './egress/broker.ts';
import { createRevisions } from './revisions.ts';
import { createRehearsals } from './rehearsals.ts';
import { runOnce } from './run-once.ts';
import type { SandboxPool } from './sandbox-pool.ts';

/** Revisions remembered for the next dry run; they may be megabytes each. */
const MAX_REVISIONS = 16;

/**
 * Answers `hook.dry-run`: runs a revision in an isolate of its own, which is gone afterwards, with an empty storage of its own; those of a
 * rehearsal share both. What the hook prints goes to the caller and nowhere else.
 */
export function createDryRunHandler(options: {
  pool: SandboxPool;
  broker: EgressBroker;
  secretsKey: Buffer | undefined;
}) {
  const { pool, broker, secretsKey } = options;
  // Its isolates have names of their own, so there is nothing to unload of a revision that had to make room.
  const revisions = createRevisions(secretsKey, () => undefined, MAX_REVISIONS);

  const rehearsals = createRehearsals({ pool, broker });

  return async (event: HookDryRun, deadlineMs: number): Promise<HookDryRunReply> => {
    const known = await revisions.of(event);
    if (known === 'missing') return { kind: 'revision_missing' };
    if (typeof known === 'string') {
      return { kind: 'ran', outcome: unavailable(`the revision of the hook: ${known}`), network: [] };
    }
    const { rehearsal, network = 'live' } = event;
    if (rehearsal !== undefined) {
      const ran = await rehearsals.run(rehearsal, known, event.arguments ?? null, deadlineMs, network);
      return { kind: 'ran', ...ran, allowed: network };
    }
    return { kind: 'ran', ...(await runOnce({ pool, broker }, known, event.arguments ?? null, deadlineMs)) };
  };
}
