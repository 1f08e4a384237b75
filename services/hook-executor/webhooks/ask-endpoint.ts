import { performance } from 'node:perf_hooks';
import { httpClientRequestDuration } from '../../../shared/telemetry/metrics.ts';
import { EgressError, type HttpExchangeRequest, type HttpExchangeResponse } from '../egress/http-exchange.ts';
import { httpClientAttributes } from '../egress/network-of-run.ts';
import type { Network } from '../sandbox-process.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { WebhookAnswer, WebhookRequest } from './webhook.ts';

/** More than claims and scopes of a token may be, with all that may be around them. */
const MAX_ANSWER_BYTES = 262_144;

/** `untilMs` is on the clock of `performance`. */
export type EndpointServices = { network: Network; breaker: CircuitBreaker; untilMs: number; isMeasured: boolean };

/** The endpoint has given no answer for long; it is not asked. */
export class CircuitOpen extends Error {}

/** Failures that say something of the endpoint; the others are rules of hookmint's own. */
const OF_THE_ENDPOINT: ReadonlySet<string> = new Set(['EGRESS_TIMED_OUT', 'EGRESS_FAILED']);
/** What stands before a service answers so where that is away. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

const COMMON_HEADERS: [string, string][] = [
  ['accept', 'application/json'],
  ['accept-encoding', 'identity'],
  ['user-agent', 'hookmint'],
];

/**
 * Sends one request to an endpoint.
 * @throws {CircuitOpen | EgressError}
 */
export async function askEndpoint(
  url: string,
  { headers, credentials = [], body }: WebhookRequest,
  { network, breaker, untilMs, isMeasured }: EndpointServices,
): Promise<WebhookAnswer> {
  if (!breaker.admits()) throw new CircuitOpen();
  const request: HttpExchangeRequest = {
    url,
    method: body === undefined ? 'GET' : 'POST',
    headers: [...COMMON_HEADERS, ...headers, ...credentials],
    ...(body === undefined ? {} : { body: Buffer.from(body).toString('base64') }),
    verify_tls: true,
    max_response_bytes: MAX_ANSWER_BYTES,
    timeout_ms: Math.max(0, untilMs - performance.now()),
  };
  const startedMs = performance.now();
  const measured = (outcome: object): void => {
    if (!isMeasured) return;
    const attributes = { ...httpClientAttributes(request), ...outcome };
    httpClientRequestDuration.record((performance.now() - startedMs) / 1_000, attributes);
  };
  try {
    const response = JSON.parse(await network(JSON.stringify(request))) as HttpExchangeResponse;
    if (AWAY.has(response.status)) breaker.failed();
    else breaker.succeeded();
    measured({ 'http.response.status_code': response.status });
    const location = response.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
    return { status: response.status, body: Buffer.from(response.body, 'base64'), location };
  } catch (error) {
    const code = error instanceof EgressError ? error.code : 'EGRESS_FAILED';
    if (OF_THE_ENDPOINT.has(code)) breaker.failed();
    else breaker.gaveUp();
    measured({ 'error.type': code });
    throw error;
  }
}
