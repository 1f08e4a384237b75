import { nuid } from '@nats-io/transport-node';
import { unavailable } from '../../shared/domain/hook-outcome.ts';
import type { NetworkCall } from '../../shared/domain/network-call.ts';
import type { HookDryRun, HookDryRunReply } from '../../shared/subjects/hook-dry-run.ts';
import { asAuthorSees } from './author-view.ts';
import type { EgressBroker } from './egress/broker.ts';
import { networkOfRun } from './egress/network-of-run.ts';
import { noting } from './egress/note-requests.ts';
import { createRevisions } from './revisions.ts';
import type { SandboxPool } from './sandbox-pool.ts';
import { memoryDocuments } from './storage/memory-documents.ts';
import { storageOfRun } from './storage/storage-of-run.ts';

/** Revisions remembered for the next dry run; they may be megabytes each. */
const MAX_REVISIONS = 16;

/**
 * Answers `hook.dry-run`: runs a revision in an isolate of its own, which is gone afterwards, with an empty storage of its own. What
 * the hook prints goes to whoever asked and nowhere else.
 */
export function createDryRunHandler(options: {
  pool: SandboxPool;
  broker: EgressBroker;
  secretsKey: Buffer | undefined;
}) {
  const { pool, broker, secretsKey } = options;
  // Its isolates have names of their own, so there is nothing to unload of a revision that had to make room.
  const revisions = createRevisions(secretsKey, () => undefined, MAX_REVISIONS);

  return async (event: HookDryRun, deadlineMs: number): Promise<HookDryRunReply> => {
    const known = await revisions.of(event);
    if (known === 'missing') return { kind: 'revision_missing' };
    if (typeof known === 'string') {
      return { kind: 'ran', outcome: unavailable(`the revision of the hook: ${known}`), network: [] };
    }
    const calls: NetworkCall[] = [];
    const memory = broker.memoryOfRun(known.revision.hook_id);
    const network = noting(networkOfRun(broker, known.revision, deadlineMs, memory), calls);
    const storage = storageOfRun(memoryDocuments(), known.revision, deadlineMs);
    // No run finds what another left in `global`, nor does a token request find what this one leaves.
    const runnable = { ...known.runnable, revision: `${known.runnable.revision} dry-run ${nuid.next()}` };
    try {
      const outcome = await pool.run(runnable, event.arguments ?? null, deadlineMs, network, storage);
      return { kind: 'ran', outcome: asAuthorSees(outcome, known), network: calls };
    } finally {
      memory.end();
      pool.unload(runnable.revision);
    }
  };
}
