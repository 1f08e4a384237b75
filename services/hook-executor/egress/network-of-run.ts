import { context, SpanKind, type Attributes } from '@opentelemetry/api';
import type { HookRevision } from '../../../shared/domain/hook.ts';
import { inSpan, traceparentOf } from '../../../shared/telemetry/tracing.ts';
import type { EgressBroker } from './broker.ts';
import { EgressError, HttpExchangeRequest } from './http-exchange.ts';
import type { RunMemory } from './response-memory.ts';
import { parseCall } from '../sandbox/host-calls/parse-call.ts';
import type { Network } from '../sandbox-process.ts';

/**
 * The network of one run: as many requests as the hook's limits allow, where its policy allows, each a span of the run's trace.
 * A span names the host and nothing else of the URL: paths and queries may hold secrets.
 */
export function networkOfRun(
  broker: Pick<EgressBroker, 'exchange'>,
  { hook_id, egress, limits }: HookRevision,
  deadlineMs: number,
  memory?: RunMemory,
): Network {
  let calls = 0;
  return context.bind(context.active(), async (text: string) => {
    if (++calls > limits.network_calls) {
      throw new EgressError('EGRESS_TOO_MANY_REQUESTS', 'the run has made too many requests', {
        advice: `a request was refused: a run may make ${String(limits.network_calls)}; raise the limit network_calls`,
      });
    }
    const request = parseRequest(text);
    const attributes = { ...httpClientAttributes(request), 'hookmint.hook.id': hook_id };
    return inSpan(request.method, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const response = await broker.exchange(hook_id, egress, request, {
        // Not for longer than the run may take, also after the clock was set back.
        deadlineMs: Math.min(deadlineMs, Date.now() + Math.min(limits.wall_ms, request.timeout_ms ?? Infinity)),
        traceparent: traceparentOf(),
        ...(memory === undefined ? {} : { memory }),
      });
      span.setAttribute('http.response.status_code', response.status);
      return JSON.stringify(response);
    });
  });
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Of a request, as the semantic conventions for HTTP name it. */
export function httpClientAttributes({ method, url: text }: Pick<HttpExchangeRequest, 'method' | 'url'>): Attributes {
  const url = URL.parse(text);
  const port = url === null ? undefined : url.port === '' ? PORTS[url.protocol] : Number(url.port);
  return {
    'http.request.method': method,
    'server.address': url?.hostname ?? '',
    ...(port === undefined ? {} : { 'server.port': port }),
  };
}

function parseRequest(text: string): HttpExchangeRequest {
  try {
    return HttpExchangeRequest.parse(parseCall(text));
  } catch (error) {
    throw new EgressError('EGRESS_INVALID_REQUEST', 'the request is not valid', { cause: error });
  }
}
