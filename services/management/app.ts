import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { EventPublisher } from '../../shared/bus/event-publisher.ts';
import { observeExpress } from '../../shared/http/observe.ts';
import { peerOf } from '../../shared/http/peer.ts';
import { securityHeaders } from '../../shared/http/security-headers.ts';
import { vouchedAddress } from '../../shared/http/vouched-address.ts';
import { VERSION } from '../../shared/version.ts';
import { createAnnouncer } from './api/announce.ts';
import { answerError } from './api/answer-error.ts';
import { inexistent } from './api/api-error.ts';
import { API_PATH, mountRoutes } from './api/mount.ts';
import { mountConsole } from './console/mount-console.ts';
import type { SignInSettings } from './console/sign-in/sign-in-settings.ts';
import type { Deps } from './deps.ts';
import { operatorAudience, OPERATOR_PATH } from './hosting/operator-api.ts';
import { OPERATOR_ROUTES } from './hosting/routes.ts';
import { openapiRoute } from './openapi/serve.ts';
import { ROUTES } from './routes.ts';

/** The Management API. */
export function createApp(
  deps: Deps,
  options: {
    events: EventPublisher;
    warnings: () => string[];
    /** What is not there that only its starter knows of, for `/readyz`. */
    missing: () => string[];
    requestsPerSecond: number;
    trustedProxies: number;
    /** How people sign in to the console beside links. */
    signIn: SignInSettings | undefined;
  },
): Express {
  const app = express();
  app.set('trust proxy', options.trustedProxies);
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.enable('case sensitive routing');
  // The gateway proves the caller's address. From others, only trusted proxies are believed.
  app.use((request: Request, _response: Response, next: NextFunction) => {
    const ip = vouchedAddress(request, deps.clientSecretKey) ?? peerOf(request, options.trustedProxies).ip;
    Object.defineProperty(request, 'ip', { value: ip });
    next();
  });

  app.use(helmet(securityHeaders(deps.issuer)));
  app.get('/healthz', (_request, response) => void response.set(NO_STORE).json({ status: 'ok', version: VERSION }));
  app.get('/readyz', (_request, response) => {
    const missing = [
      ...options.missing(),
      ...(deps.publicKeys.keys() === undefined ? ['no signer has sent its public keys yet'] : []),
    ];
    response.set(NO_STORE).status(missing.length === 0 ? 200 : 503);
    const warnings = options.warnings();
    response.json({
      ...(missing.length === 0 ? { status: 'ready' } : { status: 'not ready', missing }),
      builder_wall: deps.hookBuilder.wall(),
      ...(warnings.length === 0 ? {} : { warnings }),
    });
  });

  app.use(observeExpress);
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.set(NO_STORE);
    next();
  });
  app.get('/openapi.json', openapiRoute(ROUTES, deps.issuer));
  const announcer = createAnnouncer(deps, options.events);
  const mounted = { announcer, requestsPerSecond: options.requestsPerSecond };
  mountRoutes(app, ROUTES, deps, { ...mounted, path: API_PATH });
  if (deps.hosting !== undefined) {
    const audience = operatorAudience(deps.issuer);
    // Nobody's session of the console reaches it.
    const ofOperator = { ...deps, audience, console: undefined };
    mountRoutes(app, OPERATOR_ROUTES, ofOperator, { ...mounted, path: OPERATOR_PATH });
  }
  const { console: address } = deps;
  if (address !== undefined) mountConsole(app, deps, { address, signIn: options.signIn }, announcer);
  app.use((_request: Request, response: Response) => answerError(inexistent('path', 'not_found'), response));
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => answerError(error, response));
  return app;
}

const NO_STORE = { 'Cache-Control': 'no-store' };
