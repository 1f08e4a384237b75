import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { NextFunction, Request, Response } from 'express';
import { httpServerRequestDuration } from '../../shared/telemetry/metrics.ts';
import { contextFrom } from '../../shared/telemetry/tracing.ts';

const tracer = trace.getTracer('hookmint');

/** One span and one duration for each HTTP request, by the semantic conventions; the caller's `traceparent` is its parent. */
export function observeHttp(request: Request, response: Response, next: NextFunction): void {
  const startedMs = performance.now();
  const parent = contextFrom(header(request, 'traceparent'));
  const span = tracer.startSpan(
    `${request.method} ${request.path}`,
    {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': request.method, 'url.path': request.path, 'url.scheme': request.protocol },
    },
    parent,
  );
  response.once('close', () => {
    const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
    const attributes = {
      'http.request.method': request.method,
      'http.route': route,
      'http.response.status_code': response.statusCode,
    };
    span.updateName(`${request.method} ${route}`).setAttributes(attributes);
    if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    httpServerRequestDuration.record((performance.now() - startedMs) / 1000, attributes);
  });
  context.with(trace.setSpan(parent, span), next);
}

function header(request: Request, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
