import type { RequestListener } from 'node:http';
import express from 'express';
import helmet from 'helmet';
import type { EventPublisher } from '../../shared/bus/event-publisher.ts';
import { observeExpress } from '../../shared/http/observe.ts';
import { securityHeaders } from '../../shared/http/security-headers.ts';
import type { PublicKeys } from '../../shared/public-keys.ts';
import { handleError, methodNotAllowed, notFound, requireHost } from './http-errors.ts';
import type { TokenIssuer } from './issue-token.ts';
import { healthRoute, readyRoute } from './routes/health.ts';
import { jwksRoute } from './routes/jwks.ts';
import { managementRoute } from './routes/management.ts';
import { metadataRoute } from './routes/metadata.ts';
import type { RefusalSampler } from './sample-refusals.ts';
import { isTokenRequest, tokenEndpoint } from './routes/token.ts';

/** The gateway's HTTP surface. */
export function createApp(options: {
  issuer: TokenIssuer;
  events: EventPublisher;
  refusals: RefusalSampler;
  publicKeys: PublicKeys;
  missing: () => string[];
  maxInFlight: number;
  trustedProxies: number;
  managementUrl: string | undefined;
}): RequestListener {
  const { issuer, events, refusals, publicKeys, missing, maxInFlight, trustedProxies, managementUrl } = options;
  const app = express();
  app.set('trust proxy', trustedProxies);
  app.set('etag', false);
  app.disable('x-powered-by');
  app.set('query parser', false);
  app.enable('case sensitive routing');
  app.enable('strict routing');

  app.use(helmet(securityHeaders(issuer.issuer)));
  app.get('/healthz', healthRoute);
  app.get('/readyz', readyRoute(missing));

  app.use(observeExpress);
  app.use(requireHost);
  if (managementUrl !== undefined)
    app.use(managementRoute(managementUrl, { trustedProxies, clientSecretKey: issuer.clientSecretKey }));
  app.route('/oauth/token').all(methodNotAllowed('POST'));
  app.route('/.well-known/jwks.json').get(jwksRoute(publicKeys)).all(methodNotAllowed('GET, HEAD'));
  for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
    app.route(path).get(metadataRoute(issuer.issuer)).all(methodNotAllowed('GET, HEAD'));
  }
  app.use(notFound);
  app.use(handleError);

  const answerTokenRequest = tokenEndpoint(issuer, events, refusals, { trustedProxies, maxInFlight });
  return (request, response) => {
    if (isTokenRequest(request)) answerTokenRequest(request, response);
    else app(request, response);
  };
}
