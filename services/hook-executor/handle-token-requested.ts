import type { NatsConnection } from '@nats-io/transport-node';
import { SpanKind, SpanStatusCode, type Span } from '@opentelemetry/api';
import { unavailable, type HookOutcome } from '../../shared/domain/hook-outcome.ts';
import { logger } from '../../shared/log.ts';
import { hookLogSubject, type HookLog } from '../../shared/subjects/hook-log.ts';
import type { TokenRequested, TokenRequestedReply } from '../../shared/subjects/token-requested.ts';
import { hookDuration } from '../../shared/telemetry/metrics.ts';
import { activeTraceId, inSpan } from '../../shared/telemetry/tracing.ts';
import { apart, openActionCache, sealActionCache } from './action-cache.ts';
import { asAuthorSees, type Seen } from './author-view.ts';
import { createConsoleLines } from './console-lines.ts';
import type { EgressBroker } from './egress/broker.ts';
import { networkOfRun } from './egress/network-of-run.ts';
import { createRevisions, type KnownRevision, type RevisionMemory } from './revisions.ts';
import { createRunner } from './runner.ts';
import type { SandboxPool } from './sandbox-pool.ts';
import { busDocuments } from './storage/bus-documents.ts';
import { storageOfRun } from './storage/storage-of-run.ts';
import type { ExecutingTenant } from './tenants.ts';

/** Answers `token.requested`: finds the revision that the event names, runs it, and records the outcome in span, metric and log. */
export function createTokenRequestedHandler(options: {
  connection: NatsConnection;
  tenant: ExecutingTenant;
  pool: SandboxPool;
  broker: EgressBroker;
  memory: RevisionMemory;
  secretsKey: Buffer | undefined;
}) {
  const { connection, tenant, pool, broker, secretsKey } = options;
  const revisions = createRevisions(secretsKey, options.memory, tenant);
  const documents = busDocuments(connection, tenant.name);
  const run = createRunner(pool);
  const tellConsole = createConsoleLines(
    (hook, { level, text }) => logger.info({ hook, level_of_hook: level, text }, 'hook console'),
    (hook, lines) => logger.warn({ hook, lines }, 'hook console: more lines within a second than are logged'),
  );

  return async (event: TokenRequested, deadlineMs: number): Promise<TokenRequestedReply> => {
    const known = await revisions.of(event);
    if (known === 'missing') return { kind: 'revision_missing' };
    if (typeof known === 'string')
      return { kind: 'outcome', outcome: unavailable(`the revision of the hook: ${known}`) };
    const { hook } = event;
    const attributes = {
      'hookmint.hook.id': hook.id,
      'hookmint.hook.name': hook.name,
      'hookmint.hook.revision': hook.revision,
      ...(hook.rule === undefined ? {} : { 'hookmint.hook.rule': hook.rule, 'hookmint.hook.percent': hook.percent }),
    };
    const args = await withCache(event, known);
    const { cache, outcome } = await inSpan(
      `hook ${hook.name}`,
      { kind: SpanKind.INTERNAL, attributes },
      async (span) => {
        const memory = broker.memoryOfRun(hook.id);
        const network = networkOfRun(broker, known.revision, deadlineMs, memory);
        const storage = storageOfRun(documents, known.revision, deadlineMs);
        const ended = await run(known, hook.name, args, { deadlineMs, network, storage }).finally(() => memory.end());
        const { cache, outcome } = apart(ended);
        const seen = asAuthorSees(outcome, known);
        observe(hook, seen, span);
        return { cache, outcome: seen.outcome };
      },
    );
    if (cache === undefined || secretsKey === undefined) return { kind: 'outcome', outcome };
    return { kind: 'outcome', outcome, cache: await sealActionCache(cache, secretsKey) };
  };

  /** The arguments of a run, with what Actions have in their cache. */
  async function withCache({ arguments: json, cache }: TokenRequested, { revision }: KnownRevision): Promise<string> {
    if (cache === undefined || secretsKey === undefined || revision.kind !== 'action') return json;
    return `${json.slice(0, -1)},"cache":${JSON.stringify(await openActionCache(cache, secretsKey))}}`;
  }

  function observe(hook: TokenRequested['hook'], seen: Seen, span: Span): void {
    const { outcome, last_calls } = seen;
    const failure = outcome.status === 'ok' || outcome.status === 'denied' ? undefined : outcome.status;
    span.setAttributes({ 'hookmint.hook.outcome': outcome.status, 'hookmint.hook.cpu_ms': outcome.cpu_ms });
    if (failure !== undefined) span.setAttribute('error.type', failure).setStatus({ code: SpanStatusCode.ERROR });
    hookDuration.record(outcome.wall_ms / 1000, {
      'hookmint.hook.name': hook.name,
      'hookmint.hook.outcome': outcome.status,
    });
    if (failure !== undefined) {
      const error = 'error' in outcome ? outcome.error : undefined;
      logger.warn({ hook, outcome: outcome.status, ...detail(outcome), error, last_calls }, 'a hook run failed');
    }
    if (outcome.console.length > 0 || outcome.status !== 'ok') publishLog(hook, seen);
  }

  function publishLog(hook: TokenRequested['hook'], { outcome, last_calls }: Seen): void {
    const entry: HookLog = {
      time_ms: Date.now(),
      trace_id: activeTraceId(),
      hook,
      lines: outcome.console,
      failure: failureOf(outcome, last_calls),
    };
    connection.publish(hookLogSubject(tenant.name), JSON.stringify(entry));
    tellConsole(hook.name, outcome.console);
  }
}

/** What of a run that gave no result its author is shown. */
function failureOf(outcome: HookOutcome, last_calls: Seen['last_calls']): HookLog['failure'] {
  if (outcome.status === 'ok') return undefined;
  const [more] = Object.values(detail(outcome));
  return {
    outcome: outcome.status,
    ...(more === undefined ? {} : { detail: more }),
    ...('error' in outcome ? { error: outcome.error } : {}),
    ...(last_calls === undefined ? {} : { last_calls }),
  };
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
