import { setTimeout as delay } from 'node:timers/promises';
import { nuid } from '@nats-io/transport-node';
import type { NetworkCall } from '../../shared/domain/network-call.ts';
import { apart } from './action-cache.ts';
import { NO_CEILING } from '../../shared/egress/address-ceiling.ts';
import type { RehearsalNetwork } from '../../shared/domain/shadow.ts';
import type { RecordedAnswer } from '../../shared/recorded-answers.ts';
import { asAuthorSees, type Seen } from './author-view.ts';
import { createEgressBroker, type EgressBroker } from './egress/broker.ts';
import { EgressError } from './egress/http-exchange.ts';
import { networkOfRun } from './egress/network-of-run.ts';
import { noting } from './egress/note-requests.ts';
import { recordedExchange, recordingExchange } from './egress/recorded-exchange.ts';
import { redactHost } from './redact-secrets.ts';
import type { KnownRevision } from './revisions.ts';
import { INSPECTED_MS, openInspectedSandbox, type Inspection } from './inspected-sandbox.ts';
import { openSandboxPool, type SandboxPool } from './sandbox-pool.ts';
import { createRunner } from './runner.ts';
import type { Network } from './sandbox-process.ts';
import type { HookDocuments } from './storage/hook-documents.ts';
import { memoryDocuments } from './storage/memory-documents.ts';
import { storageOfRun } from './storage/storage-of-run.ts';

export type { Inspection } from './inspected-sandbox.ts';
export type { KnownRevision } from './revisions.ts';

/** A request that a response leads to has begun by then, milliseconds. */
const FOLLOWING_REQUEST_MS = 25;

/** How a run ended, as its author may see it, and the requests it made. */
export type RanOnce = Seen & {
  network: NetworkCall[];
  /** What answered them, where that is recorded. */
  answers?: RecordedAnswer[];
};

/**
 * Runs a revision in an isolate of its own, which is gone afterwards: no run finds what another left in `global`. Requests that are under
 * way when the run has ended are made, as those of a token request are.
 *
 * @param args JSON text of `HookArguments`; `null` loads the hook without running it.
 * @param documents The hook's storage; that of this run alone when there is none.
 */
export async function runOnce(
  { pool, broker }: { pool: Pick<SandboxPool, 'run' | 'unload'>; broker: EgressBroker },
  known: KnownRevision,
  args: string | null,
  deadlineMs: number,
  documents = memoryDocuments(),
): Promise<RanOnce> {
  const isolate = `${known.runnable.revision} once ${nuid.next()}`;
  try {
    return await runApart({ broker, run: createRunner(pool, false) }, known, args, deadlineMs, { isolate, documents });
  } finally {
    pool.unload(isolate);
  }
}

/** What a run beside those of token requests has of its own. */
export type Apart = {
  /** Name of the isolate, which other runs of the same name share. */
  isolate: string;
  documents: HookDocuments;
  /** `refused`: no request goes out; `recorded`: with `answers` neither, without they are kept. Default `live`. */
  network?: RehearsalNetwork | undefined;
  answers?: readonly RecordedAnswer[] | undefined;
};

/** Runs a revision in an isolate, and with a storage, that no token request has. */
export async function runApart(
  { broker, run }: { broker: EgressBroker; run: ReturnType<typeof createRunner> },
  known: KnownRevision,
  args: string | null,
  deadlineMs: number,
  { isolate, documents, network: allowed, answers }: Apart,
): Promise<RanOnce> {
  const memory = broker.memoryOfRun(known.revision.hook_id);
  const calls: NetworkCall[] = [];
  const recording = allowed === 'recorded' && answers === undefined ? recordingExchange(broker) : undefined;
  const exchange = recording ?? (answers === undefined ? broker : recordedExchange(answers));
  const reached = allowed === 'refused' ? refusing : networkOfRun(exchange, known.revision, deadlineMs, memory);
  const { network, untilDone } = counting(noting(reached, calls));
  const untilMs = Math.min(deadlineMs, Date.now() + known.revision.limits.wall_ms);
  const storage = storageOfRun(documents, known.revision, deadlineMs);
  const apartFromTokens = { ...known, runnable: { ...known.runnable, revision: isolate } };
  try {
    const { outcome } = apart(
      await run(apartFromTokens, known.revision.hook_id, args, { deadlineMs, network, storage }),
    );
    await untilDone(untilMs);
    const { secrets } = known.runnable;
    const seen = calls.map(({ host, ...call }) => ({ ...call, host: redactHost(host, secrets) }));
    const ran = { ...asAuthorSees(outcome, known), network: seen };
    return recording === undefined ? ran : { ...ran, answers: recording.answers };
  } finally {
    memory.end();
  }
}

const refusing: Network = () =>
  Promise.reject(new EgressError('EGRESS_REFUSED', 'this run is a rehearsal, and has no network'));

/** A network, and what waits until nothing is under way in it any more, or that time has come. */
function counting(network: Network): { network: Network; untilDone: (untilMs: number) => Promise<void> } {
  const underWay = new Set<Promise<unknown>>();
  return {
    network: async (request) => {
      const response = network(request);
      underWay.add(response);
      try {
        return await response;
      } finally {
        underWay.delete(response);
      }
    },
    untilDone: async (untilMs) => {
      while (underWay.size > 0 && Date.now() < untilMs) {
        await Promise.race([Promise.allSettled(underWay), delay(untilMs - Date.now(), undefined, { ref: false })]);
        await delay(FOLLOWING_REQUEST_MS);
      }
    },
  };
}

/**
 * A sandbox of one process with the machine's own network, and one storage for all of its runs: for a hook's author, not for a service.
 *
 * @param inspection Of what a debugger looks into; no limit of time ends its runs.
 */
export async function openRunsOnce(inspection?: Inspection) {
  const pool = await (inspection === undefined ? openSandboxPool(1) : openInspectedSandbox(inspection));
  const broker = createEgressBroker(NO_CEILING);
  const documents = memoryDocuments();
  return {
    run: (known: KnownRevision, args: string, deadlineMs: number): Promise<RanOnce> =>
      runOnce(
        { pool, broker },
        known,
        args,
        inspection === undefined ? deadlineMs : Date.now() + INSPECTED_MS,
        documents,
      ),
    close: () => {
      pool.close();
      broker.close();
    },
  };
}
