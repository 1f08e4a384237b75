import express, { type Express } from 'express';
import helmet from 'helmet';
import type { EventPublisher } from '../../shared/bus/event-publisher.ts';
import { handleError, methodNotAllowed, notFound, requireHost } from './http-errors.ts';
import type { TokenIssuer } from './issue-token.ts';
import { observeHttp } from './observe-http.ts';
import type { PublicKeys } from './public-keys.ts';
import { healthRoute, readyRoute } from './routes/health.ts';
import { jwksRoute } from './routes/jwks.ts';
import { metadataRoute } from './routes/metadata.ts';
import { tokenRoute } from './routes/token.ts';

/** What matters for answers that are JSON and never a page; helmet's other headers speak to browsers that render one. */
const SECURITY_HEADERS = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  crossOriginEmbedderPolicy: false,
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};

/** The gateway's HTTP surface. */
export function createApp(options: {
  issuer: TokenIssuer;
  events: EventPublisher;
  publicKeys: PublicKeys;
  missing: () => string[];
  trustedProxies: number;
}): Express {
  const { issuer, events, publicKeys, missing, trustedProxies } = options;
  const app = express();
  app.set('trust proxy', trustedProxies);
  app.set('etag', false);
  app.set('query parser', false);
  app.enable('case sensitive routing');
  app.enable('strict routing');

  app.get('/healthz', healthRoute);
  app.get('/readyz', readyRoute(missing));

  app.use(observeHttp);
  app.use(requireHost);
  app.use(helmet(SECURITY_HEADERS));
  app.route('/oauth/token').post(tokenRoute(issuer, events)).all(methodNotAllowed('POST'));
  app.route('/.well-known/jwks.json').get(jwksRoute(publicKeys)).all(methodNotAllowed('GET, HEAD'));
  for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
    app.route(path).get(metadataRoute(issuer.issuer)).all(methodNotAllowed('GET, HEAD'));
  }
  app.use(notFound);
  app.use(handleError);
  return app;
}
