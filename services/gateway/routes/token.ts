import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { EventPublisher } from '../../../shared/bus/event-publisher.ts';
import { networkOf } from '../../../shared/http/address.ts';
import { observeHttp } from '../../../shared/http/observe.ts';
import { peerOf, type Peer } from '../../../shared/http/peer.ts';
import { fixedHeaders } from '../../../shared/http/security-headers.ts';
import { issueToken } from '../issue-token.ts';
import { recordTokenRequest } from '../record-token-request.ts';
import type { Findings, TokenHttpRequest, TokenIssuer } from '../token-request.ts';
import { asOAuthError, refuseAmbiguous, sendJson } from '../answers.ts';
import { BUSY, type Places } from '../admission/in-flight.ts';
import { inDialect } from '../refusals.ts';
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
  { trustedProxies, places }: { trustedProxies: number; places: Places },
): RequestListener {
  const headers = { ...fixedHeaders(issuer.issuer), ...NO_STORE };
  const record = recordTokenRequest(issuer.configuration, events, refusals);
  const refuseBusy = (response: ServerResponse): void =>
    sendJson(response, BUSY.status, BUSY, { ...headers, ...BUSY.headers });

  async function answer(request: IncomingMessage, response: ServerResponse, peer: Peer): Promise<void> {
    const startedMs = performance.now();
    const findings: Findings = {};
    const told: Record<string, string> =
      issuer.dpopNonces === undefined ? {} : { 'DPoP-Nonce': issuer.dpopNonces.current() };
    let failure: OAuthError | undefined;
    try {
      refuseAmbiguous(request);
      const { body, isForm } = await readBody(request, response);
      if (!places.take(networkOf(peer.ip ?? ''), response)) {
        refuseBusy(response);
        return;
      }
      const certificate = issuer.findCertificate(request);
      const asked = { ...asTokenRequest(request, peer, body, isForm), certificate };
      const token = await issueToken(asked, findings, issuer, (more) => Object.assign(told, more));
      sendJson(response, 200, token, { ...headers, ...told });
    } catch (error) {
      failure = await inDialect(asOAuthError(error), issuer.configuration);
      sendJson(response, failure.status, failure, { ...headers, ...told, ...failure.headers });
    }
    record({ request, peer, startedMs, findings, failure });
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

export const PATH = '/oauth/token';

function asTokenRequest(
  request: IncomingMessage,
  peer: Peer,
  body: unknown,
  isForm: boolean,
): Omit<TokenHttpRequest, 'certificate'> {
  const { authorization, 'user-agent': userAgent, 'accept-language': language } = request.headers;
  return {
    authorization,
    dpop: request.headersDistinct.dpop,
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
