import { isWebhookKind, type CodeKind } from '../../shared/domain/contracts.ts';
import type { HookOutcome } from '../../shared/domain/hook-outcome.ts';
import type { KnownRevision } from './revisions.ts';
import type { SandboxPool } from './sandbox-pool.ts';
import type { Network } from './sandbox-process.ts';
import type { RunnableHook } from './sandbox/protocol.ts';
import type { Storage } from './storage/storage-of-run.ts';
import { createWebhookRuns } from './webhooks/webhook-runs.ts';

type Run = (
  known: KnownRevision,
  hookName: string,
  args: string | null,
  services: { deadlineMs: number; network: Network; storage: Storage },
) => Promise<HookOutcome>;

/**
 * Runs revisions: code in a sandbox process, a webhook without one. What it learns of endpoints it keeps.
 *
 * @param isMeasured As `createWebhookRuns` has it.
 */
export function createRunner(pool: Pick<SandboxPool, 'run'>, isMeasured = true): Run {
  const runWebhook = createWebhookRuns(isMeasured);
  return (known, hookName, args, { deadlineMs, network, storage }) =>
    isCode(known.runnable)
      ? pool.run(known.runnable, args, deadlineMs, network, storage)
      : runWebhook(known, hookName, args, deadlineMs, network);
}

function isCode(runnable: KnownRevision['runnable']): runnable is RunnableHook & { kind: CodeKind } {
  return !isWebhookKind(runnable.kind);
}
