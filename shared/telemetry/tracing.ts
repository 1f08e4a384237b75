import {
  context,
  INVALID_SPAN_CONTEXT,
  TraceFlags,
  propagation,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanKind,
} from '@opentelemetry/api';
import { HookmintError } from '../errors.ts';
import { withCorrelationId } from './correlation.ts';

const tracer = trace.getTracer('hookmint');

/**
 * Runs `work` in a span that ends with it; what it throws marks the span as failed (`error.type` is its code).
 *
 * @param options.parent Context of another service, see {@link contextFrom}; default: the active one.
 */
export async function inSpan<T>(
  name: string,
  options: { kind: SpanKind; attributes?: Attributes; parent?: Context },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = options.parent ?? context.active();
  if (isUnsampled(parent)) return context.with(parent, work, undefined, NO_SPAN);
  const span = tracer.startSpan(name, options, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work, undefined, span);
  } catch (error) {
    const type = hasCode(error) ? error.code : error instanceof Error ? error.name : 'unknown';
    span.setAttribute('error.type', type);
    // Only our own messages are known to hold no secret and no text of a hook's.
    span.setStatus({
      code: SpanStatusCode.ERROR,
      ...(error instanceof HookmintError ? { message: error.message } : {}),
    });
    throw error;
  } finally {
    span.end();
  }
}

function hasCode(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** Nobody will see what is below a trace that is not sampled; only its id goes on. Half of a span's cost is saved. */
function isUnsampled(parent: Context): boolean {
  const flags = trace.getSpanContext(parent)?.traceFlags;
  return flags !== undefined && (flags & TraceFlags.SAMPLED) === 0;
}

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** W3C `traceparent` of the active span, to travel in an event. */
export function traceparentOf(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** The context that a `traceparent`, and a correlation id that was checked, came from. */
export function contextFrom(traceparent: string | undefined, correlationId?: string): Context {
  const traced = traceparent === undefined ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent });
  return withCorrelationId(traced, correlationId);
}

export function activeTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}

/** OpenTelemetry semantic conventions for messaging. */
export function messagingAttributes(subject: string, operation: 'send' | 'process'): Attributes {
  return {
    'messaging.system': 'nats',
    'messaging.destination.name': subject,
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
  };
}
