import { randomUUID } from 'node:crypto';
import {
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  TraceFlags,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { HookmintError } from '../errors.ts';
import { withCorrelationId } from './correlation.ts';

let tracer: Tracer | undefined;

/** Spans are made from now on, by the SDK that was started. Until then none is: nobody would see it, and only the ids go on. */
export function recordSpans(): void {
  tracer = trace.getTracer('hookmint');
}

/** A span of the server, below what a caller's `traceparent` tells; with a trace of its own where it tells nothing. */
export function startServerSpan(name: string, attributes: Attributes, parent: Context): Span {
  if (tracer !== undefined) return tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  const traceId = trace.getSpanContext(parent)?.traceId ?? randomHex();
  return trace.wrapSpanContext({ traceId, spanId: randomHex().slice(16), traceFlags: TraceFlags.NONE });
}

/**
 * Runs `work` in a span that ends with it; what it throws marks the span as failed (`error.type` is its code).
 *
 * @param options.parent Context of another service, see {@link contextFrom}; default: the active one.
 */
export function inSpan<T>(
  name: string,
  options: { kind: SpanKind; attributes?: Attributes; parent?: Context },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = options.parent ?? context.active();
  if (tracer !== undefined && !isUnsampled(parent)) return inRecordedSpan(tracer, name, options, parent, work);
  return options.parent === undefined ? work(NO_SPAN) : context.with(parent, work, undefined, NO_SPAN);
}

async function inRecordedSpan<T>(
  recorder: Tracer,
  name: string,
  options: { kind: SpanKind; attributes?: Attributes },
  parent: Context,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = recorder.startSpan(name, options, parent);
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

/** From the random bits of a UUID: 122 of the 128 that a trace's id has. */
const randomHex = (): string => randomUUID().replaceAll('-', '');

/** W3C Trace Context, `traceparent` of version 00, and of later ones what is as in it. */
const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/** W3C `traceparent` of the active span, to travel in an event. */
export function traceparentOf(): string | undefined {
  const active = trace.getSpanContext(context.active());
  if (active === undefined || !isSpanContextValid(active)) return undefined;
  return `00-${active.traceId}-${active.spanId}-${active.traceFlags.toString(16).padStart(2, '0')}`;
}

/** The context that a `traceparent`, and a correlation id that was checked, came from. */
export function contextFrom(traceparent: string | undefined, correlationId?: string): Context {
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (
    traceId === undefined ||
    spanId === undefined ||
    flags === undefined ||
    (version === '00' && more !== undefined)
  ) {
    return withCorrelationId(ROOT_CONTEXT, correlationId);
  }
  const remote = { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
  return withCorrelationId(trace.setSpanContext(ROOT_CONTEXT, remote), correlationId);
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
