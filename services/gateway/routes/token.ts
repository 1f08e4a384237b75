import { nuid } from '@nats-io/transport-node';
import { trace } from '@opentelemetry/api';
import type { Request, Response } from 'express';
import type { EventPublisher } from '../../../shared/bus/event-publisher.ts';
import { logger } from '../../../shared/log.ts';
import type { TokenEvent } from '../../../shared/subjects/token-events.ts';
import { tokenRequests } from '../../../shared/telemetry/metrics.ts';
import { activeTraceId } from '../../../shared/telemetry/tracing.ts';
import { issueToken, type Findings, type TokenHttpRequest, type TokenIssuer } from '../issue-token.ts';
import { asOAuthError, sendOAuthError } from '../http-errors.ts';
import type { OAuthError } from '../oauth-error.ts';

/** `POST /oauth/token` (RFC 6749 §3.2). Whatever happens, the client gets an answer of the protocol and the stream an event. */
export function tokenRoute(issuer: TokenIssuer, events: EventPublisher) {
  return async (request: Request, response: Response): Promise<void> => {
    const startedMs = performance.now();
    const findings: Findings = {};
    let failure: OAuthError | undefined;
    try {
      const token = await issueToken(asTokenRequest(request), findings, issuer);
      response.set(NO_STORE).json(token);
    } catch (error) {
      failure = asOAuthError(error);
      sendOAuthError(response.set(NO_STORE), failure);
    }
    record(request, findings, failure, performance.now() - startedMs);
  };

  function record(request: Request, findings: Findings, failure: OAuthError | undefined, durationMs: number): void {
    const type = failure === undefined ? 'token.issued' : failure.status < 500 ? 'token.denied' : 'token.failed';
    const traceId = activeTraceId();
    const userAgent = request.headers['user-agent']?.slice(0, 256);
    const event: TokenEvent = {
      type,
      id: nuid.next(),
      time_ms: Date.now(),
      ...(traceId === undefined ? {} : { trace_id: traceId }),
      ...(request.ip === undefined ? {} : { ip: request.ip }),
      ...(userAgent === undefined ? {} : { user_agent: userAgent }),
      ...findings,
      ...(failure === undefined ? {} : { error: { code: failure.error, status: failure.status } }),
      duration_ms: Math.round(durationMs * 1000) / 1000,
    };
    events.publish(event);
    tokenRequests.add(1, {
      'hookmint.outcome': type.slice('token.'.length),
      ...(failure === undefined ? {} : { 'error.type': failure.error }),
    });
    trace.getActiveSpan()?.setAttributes({
      'hookmint.client.id': findings.client_id,
      'hookmint.audience': findings.audience,
      'hookmint.hook.outcome': findings.hook?.outcome,
      'hookmint.hook.unmodified': findings.hook?.unmodified,
      'hookmint.dropped': findings.dropped?.map(({ name, reason }) => `${name}: ${reason}`),
    });
    if (findings.dropped !== undefined) {
      logger.warn(
        { client_id: findings.client_id, hook: findings.hook?.name, dropped: findings.dropped },
        'a hook asked for what it may not have',
      );
    }
  }
}

function asTokenRequest(request: Request): TokenHttpRequest {
  const { authorization, 'user-agent': userAgent, 'accept-language': language } = request.headers;
  return {
    authorization,
    body: request.body as unknown,
    about: {
      method: request.method,
      ...(request.ip === undefined ? {} : { ip: request.ip }),
      ...(userAgent === undefined ? {} : { user_agent: userAgent }),
      ...(language === undefined ? {} : { language }),
      hostname: request.hostname,
    },
  };
}

/** RFC 6749 §5.1. */
const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
