import type { IncomingHttpHeaders } from 'node:http';
import { context, createContextKey, type Context } from '@opentelemetry/api';

/**
 * A name that a caller gives a request, to find it again in logs, spans and audit events: `X-Correlation-ID`, or else
 * `X-Request-Id`, which ingress controllers add. It travels with the trace's context, on the bus as `correlation_id`.
 */
export type Correlation = { header: (typeof HEADERS)[number]; id: string };

const HEADERS = ['X-Correlation-ID', 'X-Request-Id'] as const;
const NAMES = { 'X-Correlation-ID': 'x-correlation-id', 'X-Request-Id': 'x-request-id' } as const;

/** Auth0's rule for its `correlation_id`. It is written to logs and sent back: nothing in it may end a line or a header. */
export const CORRELATION_ID = /^[-\w.*~@+/:]{1,64}$/;

/** What the caller called the request; `undefined` when it did not, or called it something that is not taken. */
export function correlationIn(headers: IncomingHttpHeaders): Correlation | undefined {
  for (const header of HEADERS) {
    const id = headers[NAMES[header]];
    if (typeof id === 'string' && CORRELATION_ID.test(id)) return { header, id };
  }
  return undefined;
}

const KEY = createContextKey('hookmint correlation id');

export function withCorrelationId(parent: Context, id: string | undefined): Context {
  return id === undefined ? parent : parent.setValue(KEY, id);
}

export function activeCorrelationId(): string | undefined {
  return context.active().getValue(KEY) as string | undefined;
}
