import express, { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { consoleLinksIn } from '../../../shared/store/console-links.ts';
import { consoleSessionsIn, type ConsoleSession } from '../../../shared/store/console-sessions.ts';
import { startCommand } from '../../../shared/own-module.ts';
import { networkOf } from '../../../shared/http/address.ts';
import { createRateLimiter } from '../../../shared/rate-limiter.ts';
import { ApiError } from '../api/api-error.ts';
import type { Announcer } from '../api/announce.ts';
import { validate } from '../api/validate.ts';
import type { Deps } from '../deps.ts';
import { beginSession, recordSession, rightsIn } from './begin-session.ts';
import type { ConsoleAddress } from './console-address.ts';
import { sessionOf } from './identify-person.ts';
import { scopesOf } from './roles.ts';
import { isOfConsole } from './same-origin.ts';
import { clearSessionCookie } from './session-cookie.ts';

/** Links that one address, or network of IPv6, may try in a minute. */
const TRIES_PER_MINUTE = 10;
const MAX_BODY_BYTES = 1_024;

const SignIn = z.strictObject({ link: z.string().max(64) });

/** `/console/session`: who is signed in; in by a link, and out. */
export function sessionRoutes(deps: Deps, address: ConsoleAddress, record: Announcer['record']): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const sessions = consoleSessionsIn(deps.db);
  const tryLink = createRateLimiter(TRIES_PER_MINUTE, 60);

  router.get('/session', async (request: Request, response: Response) => {
    const session = await sessionOf(request, deps);
    if (session === undefined) throw notSignedIn();
    response.json(viewOf(session, deps));
  });

  router.post('/session', express.json({ limit: MAX_BODY_BYTES }), async (request: Request, response: Response) => {
    if (!isOfConsole(request, address)) throw notOfConsole();
    if (!address.isPrivate) throw needsTls();
    // A link may be another's, who wants whoever opens it to go on in another name.
    if ((await sessionOf(request, deps)) !== undefined) throw signedIn();
    const { isOver, headers } = await tryLink(networkOf(request.ip ?? ''));
    if (isOver) {
      response.set(headers);
      throw new ApiError(429, 'too_many_requests', 'Too many links were tried; wait a minute.');
    }
    const { link } = validate(SignIn, request.body, 'body') as z.infer<typeof SignIn>;
    const taken = await consoleLinksIn(deps.db).take(link);
    if (taken === 'used') throw new ApiError(401, 'console_link_used', 'The link was used: each signs in once.');
    if (taken === 'unknown') throw new ApiError(401, 'console_link_unknown', 'The link has expired, or is none.');
    const { person, role } = taken;
    const rights = { roles: [role], scopes: [] };
    const session = await beginSession(deps, address, record, { request, response, person, rights });
    response.status(201).json(viewOf(session, deps));
  });

  router.delete('/session', async (request: Request, response: Response) => {
    const session = await sessionOf(request, deps);
    if (session === undefined) throw notSignedIn();
    await sessions.end(session.id);
    clearSessionCookie(response, address);
    recordSession(record, request, session, { before: rightsIn(session), after: null }, SIGN_OUT);
    response.status(204).end();
  });
  return router;
}

const SIGN_OUT = { summary: 'Sign out of the console', method: 'delete', status: 204 } as const;

function viewOf(session: ConsoleSession, { scopes, tenant, issuer, traceUrl }: Deps) {
  return {
    id: session.id,
    person: session.person,
    roles: session.roles,
    scopes: scopesOf(session, scopes),
    ends_at: session.ends_at.toISOString(),
    tenant,
    issuer,
    trace_url: traceUrl ?? null,
  };
}

const notSignedIn = (): ApiError => new ApiError(401, 'console_signed_out', 'Nobody is signed in.');

const signedIn = (): ApiError =>
  new ApiError(
    409,
    'console_signed_in',
    'Somebody is signed in here already, so the link was not used. Sign out, then open it.',
  );

const notOfConsole = (): ApiError => new ApiError(403, 'console_foreign_request', 'Only the console itself signs in.');

const needsTls = (): ApiError =>
  new ApiError(
    403,
    'console_needs_tls',
    `The console signs in over HTTPS only, or on this machine: ${startCommand('--tls')}.`,
  );
