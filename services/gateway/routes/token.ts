import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { nuid } from '@nats-io/transport-node';
import { trace } from '@opentelemetry/api';
import type { EventPublisher } from '../../../shared/bus/event-publisher.ts';
import { networkOf } from '../../../shared/http/address.ts';
import { observeHttp } from '../../../shared/http/observe.ts';
import { peerOf, type Peer } from '../../../shared/http/peer.ts';
import { fixedHeaders } from '../../../shared/http/security-headers.ts';
import { logger } from '../../../shared/log.ts';
import type { TokenEvent } from '../../../shared/subjects/token-events.ts';
import { activeCorrelationId } from '../../../shared/telemetry/correlation.ts';
import { tokenRequests } from '../../../shared/telemetry/metrics.ts';
import { activeTraceId } from '../../../shared/telemetry/tracing.ts';
import { issueToken, type Findings, type TokenHttpRequest, type TokenIssuer } from '../issue-token.ts';
import { asOAuthError, hasHost, sendJson, withoutHost } from '../answers.ts';
import { BUSY, createPlaces } from '../admission/in-flight.ts';
import type { RefusalSampler } from '../sample-refusals.ts';
import { readBody } from '../steps/read-body.ts';
import type { OAuthError } from '../../../shared/oauth-error.ts';

/**
 * `POST /oauth/token` (RFC 6749 §3.2), served without Express, whose router and answers cost as much as all the rest of a token
 * request's HTTP. Whatever happens, the client gets an answer of the protocol and the stream an event, of strangers as many as the sampler lets through.
 */
export function tokenEndpoint(
  issuer: TokenIssuer,
  events: EventPublisher,
  refusals: RefusalSampler,
  { trustedProxies, maxInFlight }: { trustedProxies: number; maxInFlight: number },
): RequestListener {
  const headers = { ...fixedHeaders(issuer.issuer), ...NO_STORE };
  const places = createPlaces(maxInFlight);
  const refuseBusy = (response: ServerResponse): void =>
    sendJson(response, BUSY.status, BUSY, { ...headers, ...BUSY.headers });

  async function answer(request: IncomingMessage, response: ServerResponse, peer: Peer): Promise<void> {
    const startedMs = performance.now();
    const findings: Findings = {};
    const told: Record<string, string> = {};
    let failure: OAuthError | undefined;
    try {
      if (!hasHost(request)) throw withoutHost();
      const { body, isForm } = await readBody(request, response);
      if (!places.take(networkOf(peer.ip ?? ''), response)) {
        refuseBusy(response);
        return;
      }
      const asked = asTokenRequest(request, peer, body, isForm);
      const token = await issueToken(asked, findings, issuer, (more) => Object.assign(told, more));
      sendJson(response, 200, token, { ...headers, ...told });
    } catch (error) {
      failure = asOAuthError(error);
      sendJson(response, failure.status, failure, { ...headers, ...told, ...failure.headers });
    }
    record({ request, peer, startedMs, findings, failure });
  }

  /** Of strangers not each refusal is told: they decide how many there are. */
  async function tell(event: TokenEvent): Promise<void> {
    if (event.type === 'token.issued' || event.client_name !== undefined) {
      events.publish(event);
      return;
    }
    const { client_id: clientId } = event;
    const client = clientId === undefined ? undefined : issuer.configuration.client(clientId).catch(() => undefined);
    refusals.take(event, (await client) !== undefined);
  }

  function record({ request, peer, startedMs, findings, failure }: Answered): void {
    const durationMs = performance.now() - startedMs;
    const type = failure === undefined ? 'token.issued' : failure.status < 500 ? 'token.denied' : 'token.failed';
    const traceId = activeTraceId();
    const correlationId = activeCorrelationId();
    const userAgent = request.headers['user-agent']?.slice(0, 256);
    const event: TokenEvent = {
      type,
      id: nuid.next(),
      time_ms: Date.now(),
      ...(traceId === undefined ? {} : { trace_id: traceId }),
      ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
      ...(peer.ip === undefined ? {} : { ip: peer.ip }),
      ...(userAgent === undefined ? {} : { user_agent: userAgent }),
      ...findings,
      ...(failure === undefined ? {} : { error: { code: failure.error, status: failure.status } }),
      duration_ms: Math.round(durationMs * 1000) / 1000,
    };
    void tell(event);
    tokenRequests.add(1, {
      'hookmint.outcome': type.slice('token.'.length),
      ...(failure === undefined ? {} : { 'error.type': failure.error }),
    });
    const span = trace.getActiveSpan();
    if (span?.isRecording() === true) {
      span.setAttributes({
        'hookmint.client.id': findings.client_id,
        'hookmint.audience': findings.audience,
        'hookmint.hook.outcome': findings.hook?.outcome,
        'hookmint.hook.unmodified': findings.hook?.unmodified,
        'hookmint.dropped': findings.dropped?.map(({ name, reason }) => `${name}: ${reason}`),
        'hookmint.scopes.removed': findings.scope_changes?.removed,
      });
    }
    if (findings.dropped !== undefined) {
      logger.warn(
        { client_id: findings.client_id, hook: findings.hook?.name, dropped: findings.dropped },
        'a hook asked for claims or scopes that it may not have',
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

  return (request, response) => {
    const peer = peerOf(request, trustedProxies);
    const about = { path: PATH, scheme: peer.scheme, route: () => PATH };
    observeHttp(request, response, about, () => {
      if (places.areTaken()) refuseBusy(response);
      else void answer(request, response, peer);
    });
  };
}

const PATH = '/oauth/token';

/** Whether a request is one for {@link tokenEndpoint}. */
export function isTokenRequest({ method, url }: IncomingMessage): boolean {
  return method === 'POST' && (url === PATH || url?.startsWith(`${PATH}?`) === true);
}

type Answered = {
  request: IncomingMessage;
  peer: Peer;
  startedMs: number;
  findings: Findings;
  failure: OAuthError | undefined;
};

function asTokenRequest(request: IncomingMessage, peer: Peer, body: unknown, isForm: boolean): TokenHttpRequest {
  const { authorization, 'user-agent': userAgent, 'accept-language': language } = request.headers;
  return {
    authorization,
    body,
    isForm,
    about: {
      method: 'POST',
      ...(peer.ip === undefined ? {} : { ip: peer.ip }),
      ...(userAgent === undefined ? {} : { user_agent: userAgent }),
      ...(language === undefined ? {} : { language }),
      ...(peer.hostname === undefined ? {} : { hostname: peer.hostname }),
    },
  };
}

/** RFC 6749 §5.1. */
const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
