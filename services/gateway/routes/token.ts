import { nuid } from '@nats-io/transport-node';
import { trace } from '@opentelemetry/api';
import express, { type ErrorRequestHandler, type NextFunction, type Request, type Response } from 'express';
import type { EventPublisher } from '../../../shared/bus/event-publisher.ts';
import { logger } from '../../../shared/log.ts';
import type { TokenEvent } from '../../../shared/subjects/token-events.ts';
import { tokenRequests } from '../../../shared/telemetry/metrics.ts';
import { activeTraceId } from '../../../shared/telemetry/tracing.ts';
import { issueToken, type Findings, type TokenHttpRequest, type TokenIssuer } from '../issue-token.ts';
import { asOAuthError, sendOAuthError } from '../http-errors.ts';
import { MAX_BODY_BYTES, MAX_PARAMETERS } from '../limits.ts';
import type { OAuthError } from '../../../shared/oauth-error.ts';

/**
 * `POST /oauth/token` (RFC 6749 §3.2), as the handlers of an Express route. Whatever happens, the client gets an answer of the
 * protocol and the stream an event.
 */
export function tokenRoute(issuer: TokenIssuer, events: EventPublisher) {
  const startedMs = new WeakMap<Request, number>();

  function begin(request: Request, response: Response, next: NextFunction): void {
    startedMs.set(request, performance.now());
    response.set(NO_STORE);
    next();
  }

  async function answer(request: Request, response: Response): Promise<void> {
    const findings: Findings = {};
    try {
      response.json(await issueToken(asTokenRequest(request), findings, issuer));
    } catch (error) {
      refuse(request, response, findings, error);
      return;
    }
    record(request, findings, undefined);
  }

  function refuse(request: Request, response: Response, findings: Findings, error: unknown): void {
    const failure = asOAuthError(error);
    sendOAuthError(response, failure);
    record(request, findings, failure);
  }

  const refuseUnparsed: ErrorRequestHandler = (error: unknown, request, response, _next) =>
    refuse(request, response, {}, error);

  function record(request: Request, findings: Findings, failure: OAuthError | undefined): void {
    const durationMs = performance.now() - (startedMs.get(request) ?? 0);
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
      'hookmint.scopes.removed': findings.scope_changes?.removed,
    });
    if (findings.dropped !== undefined) {
      logger.warn(
        { client_id: findings.client_id, hook: findings.hook?.name, dropped: findings.dropped },
        'a hook asked for what it may not have',
      );
    }
    // Often a hook that forgets to hand them on: contract §1.6 found three of thirteen.
    if (findings.scope_changes !== undefined && findings.scope_changes.removed.length > 0) {
      logger.info(
        { client_id: findings.client_id, hook: findings.hook?.name, removed: findings.scope_changes.removed },
        'a hook left out scopes that the client was granted',
      );
    }
  }

  return [
    begin,
    express.urlencoded({ extended: false, limit: MAX_BODY_BYTES, parameterLimit: MAX_PARAMETERS }),
    express.json({ limit: MAX_BODY_BYTES }),
    answer,
    refuseUnparsed,
  ];
}

function asTokenRequest(request: Request): TokenHttpRequest {
  const { authorization, 'user-agent': userAgent, 'accept-language': language } = request.headers;
  return {
    authorization,
    body: request.body as unknown,
    isForm: request.is('application/x-www-form-urlencoded') !== false,
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
