import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { ServerResponse } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { LINES_TYPE, markOpenEnded } from '../../../shared/http/open-ended.ts';
import { networkOf } from '../../../shared/http/address.ts';
import { peerOf } from '../../../shared/http/peer.ts';
import { TENANT_HEADER } from '../../../shared/http/tenant-header.ts';
import { VOUCHED_ADDRESS_HEADER, vouchFor } from '../../../shared/http/vouched-address.ts';
import { logger } from '../../../shared/log.ts';
import { CHANGES_HEADER, readChanges, type ConfigChange } from '../../../shared/subjects/config-changed.ts';
import { PROXY_SECRET_HEADER } from '../client-certificate/find-certificate.ts';
import { createPlaces, type Places, type PlacesOfAll } from '../admission/in-flight.ts';
import { MANAGEMENT_TIMEOUT_MS, MAX_FORWARDED_IN_FLIGHT, MAX_MANAGEMENT_BODY_BYTES } from '../limits.ts';

const API = /^\/(?:api\/v2(?:\/|$)|openapi\.json$)/;
/** Of the deployment's own tenant alone; where the management service has it not, it says so. */
const OPERATOR = '/operator/v1/';
const CONSOLE = /^\/console(?:\/|$)/;

/** How it is reached, and what is asked of it: for which tenant, where that is not the deployment's own, and whether it has a console. */
export type ManagementService = {
  proxy: RequestHandler;
  places: Places;
  hosted: string | undefined;
  hasConsole: boolean;
};

/** Who is told what a request has changed. */
const changedBy = new WeakMap<Request, (changes: ConfigChange[] | undefined) => void>();

/** What forwards for all tenants: so many requests at a time that tokens do not wait for them. */
export function managementProxy(url: string): { proxy: RequestHandler; places: PlacesOfAll } {
  const proxy = createProxyMiddleware<Request, Response>({
    target: url,
    proxyTimeout: MANAGEMENT_TIMEOUT_MS,
    agent: url.startsWith('https:') ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true }),
    on: {
      proxyReq: (proxyRequest, request, response) => {
        let bytes = 0;
        // Of a body in chunks nothing has told the length.
        request.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= MAX_MANAGEMENT_BODY_BYTES || response.writableEnded) return;
          refuseTooLarge(response);
          request.unpipe(proxyRequest);
          proxyRequest.destroy();
        });
      },
      proxyRes: ({ headers, statusCode = 0 }, request, response) => {
        if (request.method !== 'GET' && statusCode >= 200 && statusCode < 300)
          changedBy.get(request)?.(readChanges(headers[CHANGES_HEADER]));
        Reflect.deleteProperty(headers, CHANGES_HEADER);
        if (headers['content-type']?.startsWith(LINES_TYPE) === true) markOpenEnded(response);
      },
      error: (error, request, response) => {
        if (response instanceof ServerResponse && response.writableEnded) return;
        logger.warn({ err: error }, 'the management service cannot be reached');
        if (!(response instanceof ServerResponse)) response.destroy();
        else if (response.headersSent) response.destroy();
        else
          refuse(
            closingUnless(request.complete, response),
            503,
            'service_unavailable',
            'The Management API does not answer at the moment',
          );
      },
    },
  });
  return { proxy, places: createPlaces(MAX_FORWARDED_IN_FLIGHT, 'forwarded_in_flight') };
}

/**
 * Forwards `/api/v2` and `/openapi.json` to the management service, so that one host has all that Auth0's SDKs look for there; and
 * `/console`, where there is one.
 * Bodies are streamed; what the management service checks is not checked twice. So many requests are forwarded at a time that tokens do
 * not wait for them.
 *
 * @param who Settings that identify the caller, and prove to the management service that the gateway did so.
 * @param changed Called with what is known of it before a write that succeeded is answered: its client may ask for a token before the bus has announced it here.
 */
export function managementRoute(
  { proxy, places, hosted, hasConsole }: ManagementService,
  who: { trustedProxies: number; clientSecretKey: Buffer },
  changed: (changes: ConfigChange[] | undefined) => void,
): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const { path } = request;
    const isForwarded =
      API.test(path) || (hasConsole && CONSOLE.test(path)) || (hosted === undefined && path.startsWith(OPERATOR));
    if (!isForwarded) {
      next();
      return;
    }
    const bytes = Number(request.headers['content-length'] ?? 0);
    if (bytes > MAX_MANAGEMENT_BODY_BYTES) {
      refuseTooLarge(response);
      return;
    }
    const { ip } = peerOf(request, who.trustedProxies);
    response.setMaxListeners(MAX_LISTENERS);
    if (!places.take(networkOf(ip ?? ''), response)) {
      refuse(
        closingUnless(request.complete, response),
        503,
        'service_unavailable',
        'Too many requests are under way; try again',
      );
      return;
    }
    // Not the proxy's own option: that leaves a listener, and the request with it, on the connection for each request.
    request.socket.setTimeout(MANAGEMENT_TIMEOUT_MS);
    forwardedBy(request, ip, who.clientSecretKey);
    if (hosted !== undefined) request.headers[TENANT_HEADER] = hosted;
    changedBy.set(request, changed);
    void proxy(request, response, next);
  };
}

/**
 * Tells the management service the caller's address as the gateway knows it. A client's own claims about it must not reach the audit, nor a proxy's secret anybody.
 */
function forwardedBy(request: Request, ip: string | undefined, clientSecretKey: Buffer): void {
  for (const name of Object.keys(request.headers)) {
    const isOfProxies = name === 'forwarded' || name.startsWith('x-forwarded-') || name === PROXY_SECRET_HEADER;
    if (isOfProxies || name === VOUCHED_ADDRESS_HEADER || name === TENANT_HEADER) {
      Reflect.deleteProperty(request.headers, name);
    }
  }
  if (ip === undefined) return;
  request.headers['x-forwarded-for'] = ip;
  request.headers[VOUCHED_ADDRESS_HEADER] = vouchFor(ip, request, clientSecretKey);
}

/** Closes the connection: nobody will read the rest of a refused request. */
function closingUnless(complete: boolean, response: Response): Response {
  return complete ? response : response.set('Connection', 'close');
}

function refuseTooLarge(response: Response): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { req: request } = response;
  // Closing at once would discard the answer; give the client time to read it.
  request.pause();
  response.once('finish', () => setTimeout(() => request.socket.destroy(), LINGER_MS));
  refuse(response, 413, 'payload_too_large', 'The request body is too large');
}

/** Of one answer: the proxy alone has nearly as many as Node takes for a leak. */
const MAX_LISTENERS = 20;

/** Time to read the answer to a body that is not read to its end. */
const LINGER_MS = 250;

/** In the terms of the API that is asked (contract §5). */
function refuse(response: Response, statusCode: 413 | 503, errorCode: string, message: string): void {
  const error = statusCode === 413 ? 'Payload Too Large' : 'Service Unavailable';
  if (statusCode === 503) response.set('Retry-After', '1');
  response.status(statusCode).set('Cache-Control', 'no-store').json({ statusCode, error, message, errorCode });
}
