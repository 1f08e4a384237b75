import type { NatsConnection } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import { LRUCache } from 'lru-cache';
import { revisionAddress, type HookRevision } from '../../shared/domain/hook.ts';
import { unavailable, type HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { logger } from '../../shared/log.ts';
import { hookLogSubject, type HookLog } from '../../shared/subjects/hook-log.ts';
import type { TokenRequested, TokenRequestedReply } from '../../shared/subjects/token-requested.ts';
import { hookDuration } from '../../shared/telemetry/metrics.ts';
import { activeTraceId, recordSpan } from '../../shared/telemetry/tracing.ts';
import type { SandboxPool } from './sandbox-pool.ts';

const MAX_REVISIONS = 2_000;
const MAX_REVISIONS_BYTES = 256 * 1_048_576;

/** Answers `token.requested`: finds the revision the event names, has it run, and tells what came of it in span, metric and log. */
export function createTokenRequestedHandler(options: {
  connection: NatsConnection;
  tenant: string;
  pool: SandboxPool;
}) {
  const { connection, tenant, pool } = options;
  const revisions = new LRUCache<string, HookRevision>({
    max: MAX_REVISIONS,
    maxSize: MAX_REVISIONS_BYTES,
    sizeCalculation: ({ code }) => code.length,
    dispose: (_, revision, reason) => {
      if (reason === 'evict') pool.unload(revision);
    },
  });

  /** Revisions are immutable and addressed by their content, so a cached one is never stale and a sent one can be checked. */
  function revisionOf({ hook, revision }: TokenRequested): HookRevision | undefined {
    const known = revisions.get(hook.revision);
    if (known !== undefined || revision === undefined) return known;
    if (revision.revision !== hook.revision || revisionAddress(revision) !== hook.revision) return undefined;
    revisions.set(revision.revision, revision);
    return revision;
  }

  return async (event: TokenRequested, deadlineMs: number): Promise<TokenRequestedReply> => {
    const revision = revisionOf(event);
    if (revision === undefined) {
      return event.revision === undefined
        ? { kind: 'revision_missing' }
        : { kind: 'outcome', outcome: unavailable('the revision sent along is not the one asked for') };
    }
    const startMs = Date.now();
    const outcome = await pool.run(revision, event.arguments, deadlineMs);
    observe(event, outcome, startMs);
    return { kind: 'outcome', outcome };
  };

  function observe({ hook }: TokenRequested, outcome: HookOutcome, startMs: number): void {
    const failure = outcome.status === 'ok' || outcome.status === 'denied' ? undefined : outcome.status;
    recordSpan(`hook ${hook.name}`, {
      kind: SpanKind.INTERNAL,
      startMs,
      endMs: startMs + outcome.wall_ms,
      errorType: failure,
      attributes: {
        'hookmint.hook.id': hook.id,
        'hookmint.hook.name': hook.name,
        'hookmint.hook.revision': hook.revision,
        'hookmint.hook.outcome': outcome.status,
        'hookmint.hook.cpu_ms': outcome.cpu_ms,
      },
    });
    hookDuration.record(outcome.wall_ms / 1000, {
      'hookmint.hook.name': hook.name,
      'hookmint.hook.outcome': outcome.status,
    });
    if (failure !== undefined) {
      const error = 'error' in outcome ? outcome.error : undefined;
      logger.warn({ hook, outcome: outcome.status, ...detail(outcome), error }, 'a hook run failed');
    }
    if (outcome.console.length > 0) publishConsole(hook, outcome);
  }

  function publishConsole(hook: TokenRequested['hook'], outcome: HookOutcome): void {
    const entry: HookLog = { time_ms: Date.now(), trace_id: activeTraceId(), hook, lines: outcome.console };
    connection.publish(hookLogSubject(tenant), JSON.stringify(entry));
    for (const { level, text } of outcome.console)
      logger.info({ hook: hook.name, level_of_hook: level, text }, 'hook console');
  }
}

function detail(outcome: HookOutcome): Record<string, string> {
  switch (outcome.status) {
    case 'timed_out':
      return { limit: outcome.limit };
    case 'threw':
      return { during: outcome.during };
    case 'bad_result':
    case 'unavailable':
      return { reason: outcome.reason };
    default:
      return {};
  }
}
