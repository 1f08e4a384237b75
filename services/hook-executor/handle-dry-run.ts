import { unavailable } from '../../shared/domain/hook-outcome.ts';
import type { HookDryRun, HookDryRunReply } from '../../shared/subjects/hook-dry-run.ts';
import type { HookRehearsal } from '../../shared/subjects/hook-rehearsal.ts';
import type { EgressBroker } from './egress/broker.ts';
import { createRevisions, type KnownRevision } from './revisions.ts';
import { createRehearsals } from './rehearsals.ts';
import { runOnce, type RanOnce } from './run-once.ts';
import type { SandboxPool } from './sandbox-pool.ts';

/** Revisions remembered for the next dry run; they may be megabytes each. */
const MAX_REVISIONS = 16;

/**
 * `once` answers `hook.dry-run`: it runs a revision in an isolate of its own, which is gone afterwards, with an empty storage of its own.
 * `rehearsed` answers `hook.rehearsal`, whose runs share both. What the hook prints goes to the caller and nowhere else.
 */
export function createDryRunHandlers(options: {
  pool: SandboxPool;
  broker: EgressBroker;
  secretsKey: Buffer | undefined;
}) {
  const { pool, broker, secretsKey } = options;
  // Its isolates have names of their own, so there is nothing to unload of a revision that had to make room.
  const revisions = createRevisions(secretsKey, () => undefined, MAX_REVISIONS);
  const rehearsals = createRehearsals({ pool, broker });

  async function ran(event: HookDryRun, run: (known: KnownRevision) => Promise<RanOnce>): Promise<HookDryRunReply> {
    const known = await revisions.of(event);
    if (known === 'missing') return { kind: 'revision_missing' };
    if (typeof known === 'string') {
      return { kind: 'ran', outcome: unavailable(`the revision of the hook: ${known}`), network: [] };
    }
    return { kind: 'ran', ...(await run(known)) };
  }

  return {
    once: (event: HookDryRun, deadlineMs: number): Promise<HookDryRunReply> =>
      ran(event, (known) => runOnce({ pool, broker }, known, event.arguments ?? null, deadlineMs)),
    rehearsed: (event: HookRehearsal, deadlineMs: number): Promise<HookDryRunReply> =>
      ran(event, (known) => rehearsals.run(event.rehearsal, known, event.arguments, deadlineMs, event.network)),
  };
}
