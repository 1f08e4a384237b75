import type { IncomingMessage, ServerResponse } from 'node:http';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { httpServerRequestDuration } from '../telemetry/metrics.ts';
import { contextFrom } from '../telemetry/tracing.ts';

const tracer = trace.getTracer('hookmint');

/** A request as Express hands it on; `route` is there once one has matched. */
type RoutedRequest = IncomingMessage & { path: string; protocol: string; route?: unknown };

/** One span and one duration for each HTTP request, by the semantic conventions; the caller's `traceparent` is its parent. */
export function observeHttp(request: RoutedRequest, response: ServerResponse, next: () => void): void {
  const startedMs = performance.now();
  const { traceparent } = request.headers;
  const method = request.method ?? '';
  const parent = contextFrom(typeof traceparent === 'string' ? traceparent : undefined);
  const span = tracer.startSpan(
    `${method} ${request.path}`,
    {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': method, 'url.path': request.path, 'url.scheme': request.protocol },
    },
    parent,
  );
  response.once('close', () => {
    const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
    const attributes = {
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': response.statusCode,
    };
    span.updateName(`${method} ${route}`).setAttributes(attributes);
    if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    httpServerRequestDuration.record((performance.now() - startedMs) / 1000, attributes);
  });
  context.with(trace.setSpan(parent, span), next);
}
