import type { IncomingMessage } from 'node:http';
import { nuid } from '@nats-io/transport-node';
import { trace } from '@opentelemetry/api';
import type { EventPublisher } from '../../shared/bus/event-publisher.ts';
import type { Peer } from '../../shared/http/peer.ts';
import { logger } from '../../shared/log.ts';
import { errorType, type OAuthError } from '../../shared/oauth-error.ts';
import type { TokenEvent } from '../../shared/subjects/token-events.ts';
import { activeCorrelationId } from '../../shared/telemetry/correlation.ts';
import { tokenRequests } from '../../shared/telemetry/metrics.ts';
import { activeTraceId } from '../../shared/telemetry/tracing.ts';
import type { Configuration } from './configuration-cache.ts';
import type { RefusalSampler } from './sample-refusals.ts';
import type { Findings } from './token-request.ts';

export type Answered = {
  request: IncomingMessage;
  peer: Peer;
  startedMs: number;
  findings: Findings;
  failure: OAuthError | undefined;
};

/** Gives what records an answered token request: as an event, in the metrics, on its span, and in the log. */
export function recordTokenRequest(
  configuration: Pick<Configuration, 'client'>,
  events: EventPublisher,
  refusals: RefusalSampler,
): (answered: Answered) => void {
  /** Refusals of strangers are sampled, since a stranger decides how many there are. */
  async function tell(event: TokenEvent): Promise<void> {
    if (event.type === 'token.issued' || event.client_name !== undefined) {
      events.publish(event);
      return;
    }
    const { client_id: clientId } = event;
    const client = clientId === undefined ? undefined : configuration.client(clientId).catch(() => undefined);
    refusals.take(event, (await client) !== undefined);
  }

  return function record({ request, peer, startedMs, findings, failure }: Answered): void {
    const durationMs = performance.now() - startedMs;
    const type = failure === undefined ? 'token.issued' : failure.status < 500 ? 'token.denied' : 'token.failed';
    const traceId = activeTraceId();
    const correlationId = activeCorrelationId();
    const userAgent = request.headers['user-agent']?.slice(0, 256);
    const event: TokenEvent = {
      type,
      id: nuid.next(),
      time_ms: Date.now(),
      ...(traceId === undefined ? {} : { trace_id: traceId }),
      ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
      ...(peer.ip === undefined ? {} : { ip: peer.ip }),
      ...(userAgent === undefined ? {} : { user_agent: userAgent }),
      ...findings,
      ...(failure === undefined ? {} : { error: { code: failure.error, status: failure.status } }),
      duration_ms: Math.round(durationMs * 1000) / 1000,
    };
    void tell(event);
    if (logger.isLevelEnabled('debug')) {
      const description = failure === undefined ? {} : { error_description: failure.description };
      logger.debug({ token_request: { ...event, ...description } }, 'a token request was answered');
    }
    tokenRequests.add(1, {
      'hookmint.outcome': type.slice('token.'.length),
      ...(failure === undefined ? {} : { 'error.type': errorType(failure.error) }),
    });
    const span = trace.getActiveSpan();
    if (span?.isRecording() === true) {
      span.setAttributes({
        'hookmint.client.id': findings.client_id,
        'hookmint.audience': findings.audience,
        'hookmint.hook.revision': findings.hook?.revision,
        'hookmint.hook.rule': findings.hook?.rule,
        'hookmint.hook.outcome': findings.hook?.outcome,
        'hookmint.hook.shadow.revision': findings.hook?.shadow?.revision,
        'hookmint.hook.unmodified': findings.hook?.unmodified,
        'hookmint.dropped': findings.dropped?.map(({ name, reason }) => `${name}: ${reason}`),
        'hookmint.scopes.removed': findings.scope_changes?.removed,
      });
    }
    if (findings.dropped !== undefined) {
      logger.warn(
        { client_id: findings.client_id, hook: findings.hook?.name, dropped: findings.dropped },
        'claims or scopes that are not allowed were left out of a token',
      );
    }
    // Often a hook that forgets to hand them on: contract §1.6 found three of thirteen.
    if (findings.scope_changes !== undefined && findings.scope_changes.removed.length > 0) {
      logger.info(
        { client_id: findings.client_id, hook: findings.hook?.name, removed: findings.scope_changes.removed },
        'a hook removed scopes that the client was granted',
      );
    }
  };
}
