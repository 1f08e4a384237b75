import { unavailable } from '../../shared/domain/hook-outcome.ts';
import type { HookDryRun, HookDryRunReply } from '../../shared/subjects/hook-dry-run.ts';
import { openAnswers, sealAnswers } from '../../shared/recorded-answers.ts';
import type { HookRehearsal } from '../../shared/subjects/hook-rehearsal.ts';
import type { EgressBroker } from './egress/broker.ts';
import { createRevisionMemory, createRevisions, type KnownRevision, type RevisionMemory } from './revisions.ts';
import { createRehearsals } from './rehearsals.ts';
import { runOnce } from './run-once.ts';
import type { SandboxPool } from './sandbox-pool.ts';
import type { ExecutingTenant } from './tenants.ts';

type Ran = Omit<Extract<HookDryRunReply, { kind: 'ran' }>, 'kind'>;

/** Revisions remembered for the next dry run; they may be megabytes each. Its isolates have names of their own, so there is nothing to unload of one that had to make room. */
export const createDryRunMemory = (): RevisionMemory => createRevisionMemory(() => undefined, MAX_REVISIONS);
const MAX_REVISIONS = 16;

/**
 * `once` answers `hook.dry-run`: it runs a revision in an isolate of its own, which is gone afterwards, with an empty storage of its own.
 * `rehearsed` answers `hook.rehearsal`, whose runs share both. What the hook prints goes to the caller and nowhere else.
 */
export function createDryRunHandlers(options: {
  pool: SandboxPool;
  broker: EgressBroker;
  memory: RevisionMemory;
  secretsKey: Buffer | undefined;
  tenant: ExecutingTenant;
}) {
  const { pool, broker, secretsKey } = options;
  const revisions = createRevisions(secretsKey, options.memory, options.tenant);
  const rehearsals = createRehearsals({ pool, broker });

  async function ran(event: HookDryRun, run: (known: KnownRevision) => Promise<Ran>): Promise<HookDryRunReply> {
    const known = await revisions.of(event);
    if (known === 'missing') return { kind: 'revision_missing' };
    if (typeof known === 'string') {
      return { kind: 'ran', outcome: unavailable(`the revision of the hook: ${known}`), network: [] };
    }
    return { kind: 'ran', ...(await run(known)) };
  }

  async function rehearsed(event: HookRehearsal, deadlineMs: number): Promise<HookDryRunReply> {
    const { rehearsal, network, arguments: args } = event;
    // Without the key nothing can be told of answers, nor heard: each request is one that nothing answers.
    const canSeal = secretsKey !== undefined;
    const given = event.answers === undefined || !canSeal ? undefined : await openAnswers(event.answers, secretsKey);
    return ran(event, async (known) => {
      const { answers, ...rest } = await rehearsals.run(rehearsal, known, args, deadlineMs, {
        network,
        answers: network === 'recorded' && !canSeal ? [] : given,
      });
      return answers === undefined || !canSeal ? rest : { ...rest, answers: await sealAnswers(answers, secretsKey) };
    });
  }

  return {
    once: (event: HookDryRun, deadlineMs: number): Promise<HookDryRunReply> =>
      ran(event, async (known) => {
        const { outcome, network, last_calls } = await runOnce(
          { pool, broker },
          known,
          event.arguments ?? null,
          deadlineMs,
        );
        return { outcome, network, ...(last_calls === undefined ? {} : { last_calls }) };
      }),
    rehearsed,
  };
}
