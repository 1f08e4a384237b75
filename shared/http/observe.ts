import type { IncomingMessage, ServerResponse } from 'node:http';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { correlationIn } from '../telemetry/correlation.ts';
import { httpServerRequestDuration } from '../telemetry/metrics.ts';
import { contextFrom, startServerSpan } from '../telemetry/tracing.ts';

/** What is known of a request besides its head; `route` is asked when it has been answered. */
type About = { path: string; scheme: string; route: () => string | undefined };

/** {@link observeHttp} as a middleware of Express. */
export function observeExpress(
  request: IncomingMessage & { path: string; protocol: string; route?: unknown },
  response: ServerResponse,
  next: () => void,
): void {
  const route = (): string | undefined => (request.route as { path?: string } | undefined)?.path;
  observeHttp(request, response, { path: request.path, scheme: request.protocol, route }, next);
}

/**
 * One span and one duration for each HTTP request, by the semantic conventions; the caller's `traceparent` is its parent. What the
 * caller calls the request goes back to it, and along with the context; each answer has an id by which the request is found.
 */
export function observeHttp(request: IncomingMessage, response: ServerResponse, about: About, next: () => void): void {
  const startedMs = performance.now();
  const { traceparent } = request.headers;
  const method = request.method ?? '';
  const correlation = correlationIn(request.headers);
  const parent = contextFrom(typeof traceparent === 'string' ? traceparent : undefined, correlation?.id);
  const span = startServerSpan(
    `${method} ${about.path}`,
    {
      'http.request.method': method,
      'url.path': about.path,
      'url.scheme': about.scheme,
      ...(correlation === undefined ? {} : { 'hookmint.correlation_id': correlation.id }),
    },
    parent,
  );
  // Its own name for a request that has none of the caller's: the trace id, by which logs are found.
  const { header, id } = correlation ?? { header: 'X-Request-Id', id: span.spanContext().traceId };
  response.setHeader(header, id);
  response.once('close', () => {
    const route = about.route() ?? 'none';
    const attributes = {
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': response.statusCode,
    };
    if (span.isRecording()) {
      span.updateName(`${method} ${route}`).setAttributes(attributes);
      if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
    httpServerRequestDuration.record((performance.now() - startedMs) / 1000, attributes);
  });
  context.with(trace.setSpan(parent, span), next);
}
