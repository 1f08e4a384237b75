import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';
import { isLoopbackName } from '../loopback.ts';

/**
 * Options of helmet for answers that are JSON and never a page: its other headers speak to browsers that render one.
 *
 * @param issuer Its scheme and host decide about HSTS (RFC 6797 §7.2: over TLS only), which would bind everything else that a
 *   developer runs on localhost too.
 */
export function securityHeaders(issuer: string) {
  const { protocol, hostname } = new URL(issuer);
  const isLocal = isLoopbackName(hostname);
  return {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    strictTransportSecurity: protocol === 'https:' && !isLocal,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  };
}

/** The same as they are in every answer, for answers that no middleware sees: helmet makes them of the same options each time. */
export function fixedHeaders(issuer: string): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(securityHeaders(issuer))(request, response, () => undefined);
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}
