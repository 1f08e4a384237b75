import { LRUCache } from 'lru-cache';
import { MAX_WALL_MS } from '../../shared/domain/hook.ts';
import type { EgressBroker } from './egress/broker.ts';
import type { KnownRevision } from './revisions.ts';
import { runApart, type Apart, type RanOnce } from './run-once.ts';
import { createRunner } from './runner.ts';
import type { SandboxPool } from './sandbox-pool.ts';
import { memoryDocuments } from './storage/memory-documents.ts';

/** Revisions in rehearsals that go on: each has an isolate. */
const MAX_REHEARSED = 8;
/** After its last run has begun: longer than a run may take. */
const KEPT_MS = MAX_WALL_MS + 10_000;

/**
 * Runs of a rehearsal: of each revision in one isolate, and with one storage, which is empty at first, as one after the other of token
 * requests would. What they write is gone with them.
 */
export function createRehearsals({ pool, broker }: { pool: SandboxPool; broker: EgressBroker }) {
  const run = createRunner(pool, false);
  const rehearsed = new LRUCache<string, Apart>({
    max: MAX_REHEARSED,
    ttl: KEPT_MS,
    ttlAutopurge: true,
    updateAgeOnGet: true,
    dispose: ({ isolate }) => pool.unload(isolate),
  });
  return {
    run: (
      rehearsal: string,
      known: KnownRevision,
      args: string,
      deadlineMs: number,
      network: Pick<Apart, 'network' | 'answers'>,
    ): Promise<RanOnce> => {
      const isolate = `${known.runnable.revision} rehearsal ${rehearsal}`;
      let one = rehearsed.get(isolate);
      if (one === undefined) rehearsed.set(isolate, (one = { isolate, documents: memoryDocuments() }));
      return runApart({ broker, run }, known, args, deadlineMs, { ...one, ...network });
    },
  };
}
