import type { RequestListener } from 'node:http';
import express, { type RequestHandler } from 'express';
import helmet from 'helmet';
import type { EventPublisher } from '../../shared/bus/event-publisher.ts';
import type { ConfigChange } from '../../shared/subjects/config-changed.ts';
import { observeExpress } from '../../shared/http/observe.ts';
import { securityHeaders } from '../../shared/http/security-headers.ts';
import type { Places } from './admission/in-flight.ts';
import { handleError, methodNotAllowed, notFound, requireHost } from './answers.ts';
import type { TokenIssuer } from './token-request.ts';
import { belowIssuer, issuerPathOf, metadataPathsOf, originForm, readableFromAnywhere } from './issuer-path.ts';
import { authorizeRoute } from './routes/authorize.ts';
import { certificateRoute } from './routes/certificate.ts';
import { healthRoute, readyRoute } from './routes/health.ts';
import { jwksRoute } from './routes/jwks.ts';
import { managementRoute, type ManagementService } from './routes/management.ts';
import { metadataRoute } from './routes/metadata.ts';
import type { RefusalSampler } from './sample-refusals.ts';
import { PATH as TOKEN_PATH, tokenEndpoint } from './routes/token.ts';
import { tokenStatusEndpoints } from './routes/token-status.ts';

/** The gateway's HTTP surface. */
export function createApp(options: {
  issuer: TokenIssuer;
  events: EventPublisher;
  refusals: RefusalSampler;
  /** For token requests, and for what becomes of tokens. */
  places: { token: Places; status: Places };
  trustedProxies: number;
  /** Whether clients can show certificates at all. */
  hasMutualTls: boolean;
  management: ManagementService | undefined;
  /** Told what a write that was forwarded there has changed, before it is answered. */
  changed: (changes: ConfigChange[] | undefined) => void;
}): RequestListener {
  const { issuer, events, refusals, places, trustedProxies, hasMutualTls, management } = options;
  const { publicKeys, missing } = issuer;
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
  if (management !== undefined) {
    const who = { trustedProxies, clientSecretKey: issuer.clientSecretKey };
    app.use(managementRoute(management, who, options.changed));
  }
  const posted = new Map([
    [TOKEN_PATH, tokenEndpoint(issuer, events, refusals, { trustedProxies, places: places.token })],
    ...tokenStatusEndpoints(issuer, { trustedProxies, places: places.status }),
  ]);
  for (const path of posted.keys()) app.route(path).all(methodNotAllowed('POST'));
  app.route('/authorize').get(authorizeRoute).post(authorizeRoute).all(methodNotAllowed('GET, HEAD, POST'));
  const issuerPath = issuerPathOf(issuer.issuer);
  const readable = (path: string, route: RequestHandler) =>
    app.route(path).get(readableFromAnywhere, route).all(methodNotAllowed('GET, HEAD'));
  readable('/.well-known/jwks.json', jwksRoute(publicKeys));
  readable('/pem', certificateRoute(publicKeys, 'pem'));
  readable('/cer', certificateRoute(publicKeys, 'cer'));
  for (const name of ['oauth-authorization-server', 'openid-configuration']) {
    for (const path of metadataPathsOf(name, issuerPath)) readable(path, metadataRoute(issuer, { hasMutualTls }));
  }
  app.use(notFound);
  app.use(handleError);

  return (request, response) => {
    request.url = belowIssuer(originForm(request.url), issuerPath);
    const { method, url = '' } = request;
    const listener = method === 'POST' ? posted.get(url.split('?', 1)[0] ?? '') : undefined;
    if (listener === undefined) app(request, response);
    else listener(request, response);
  };
}
