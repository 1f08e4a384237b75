import { Router, type Request, type Response } from 'express';
import { messageOf } from '../../../../shared/errors.ts';
import { logger } from '../../../../shared/log.ts';
import { networkOf } from '../../../../shared/http/address.ts';
import { printable } from '../../../../shared/printable.ts';
import { createRateLimiter } from '../../../../shared/rate-limiter.ts';
import type { Person } from '../../../../shared/domain/person.ts';
import type { Announcer } from '../../api/announce.ts';
import type { Deps } from '../../deps.ts';
import type { ConsoleAddress } from '../console-address.ts';
import { beginSession, recordSession } from '../begin-session.ts';
import { sessionKey } from '../session-cookie.ts';
import { setAskedCookie, takeAskedCookie } from './asked-cookie.ts';
import { createProvider } from './provider.ts';
import { rightsOf } from './rights-of-claims.ts';
import { SignInError, type SignInCode } from './sign-in-error.ts';
import type { SignInSettings } from './sign-in-settings.ts';

/** Of one address, or network of IPv6, in a minute, each: who begins to sign in, and who comes back. */
const TRIES_PER_MINUTE = 30;
const MAX_ID_LENGTH = 512;
const MAX_NAME_LENGTH = 256;

/** `/console/sign-in/…`: which ways in there are, and the way by an OpenID provider and back. */
export function signInRoutes(
  deps: Deps,
  address: ConsoleAddress,
  settings: SignInSettings | undefined,
  record: Announcer['record'],
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const home = new URL(`${deps.consoleUrl}console/`);
  const provider = settings === undefined ? undefined : createProvider(settings, `${home.href}sign-in/callback`);
  const [tryBegin, tryEnd] = [createRateLimiter(TRIES_PER_MINUTE, 60), createRateLimiter(TRIES_PER_MINUTE, 60)];

  router.get('/sign-in/ways', async (_request: Request, response: Response) => {
    response.json({ provider: (await provider?.describe()) ?? null });
  });
  if (provider === undefined || settings === undefined) return router;

  /** A browser is at an address of ours, and must come to a page of ours, whatever happens. */
  const page =
    (work: (request: Request, response: Response) => Promise<string>) =>
    async (request: Request, response: Response): Promise<void> => {
      const to = await work(request, response).catch((error: unknown) => {
        if (!(error instanceof SignInError)) throw error;
        const cause = error.cause === undefined ? undefined : messageOf(error.cause);
        logger.warn({ code: error.code, reason: error.message, cause }, 'nobody was signed in to the console');
        return failedAt(home, error.code);
      });
      response.redirect(303, to);
    };

  const admit = async (request: Request, limiter: typeof tryBegin): Promise<void> => {
    if (!address.isPrivate) throw new SignInError('console_needs_tls', 'the console is not reached over TLS');
    const { isOver } = await limiter(networkOf(request.ip ?? ''));
    if (isOver) throw new SignInError('too_many_requests', 'one address tries too often');
  };

  router.get(
    '/sign-in/start',
    page(async (request, response) => {
      const to = pathOf(request.query.to, home);
      // The provider sends people to one name of this machine only, where the cookie must be.
      if (request.headers.host !== home.host) return `${home.href}sign-in/start?to=${encodeURIComponent(to)}`;
      await admit(request, tryBegin);
      const { url, asked } = await provider.ask();
      setAskedCookie(response, { ...asked, to, replacedKey: sessionKey(request, address) }, address);
      return url.href;
    }),
  );

  router.get(
    '/sign-in/callback',
    page(async (request, response) => {
      await admit(request, tryEnd);
      const kept = takeAskedCookie(request, response, address);
      if (kept === undefined) throw new SignInError('console_sign_in_expired', 'this browser has not asked');
      const claims = await provider.claimsOf(queryOf(request), kept);
      const person = personOf(claims);
      const rights = rightsOf(claims, settings);
      if (rights.roles.length === 0 && rights.scopes.length === 0) {
        recordSession(record, request, { id: person.id, person }, { before: null, after: null }, REFUSED);
        throw new SignInError('console_no_role', `${person.id} has no role here`);
      }
      const { replacedKey } = kept;
      await beginSession(deps, address, record, { request, response, person, rights, replacedKey });
      return new URL(pathOf(kept.to, home), home).href;
    }),
  );
  return router;
}

const REFUSED = { summary: 'Refuse to sign in to the console', method: 'get', status: 403 } as const;

/** A name of spaces and characters that cannot be seen is none. */
const seen = (name: string): boolean => /[^\p{C}\p{Z}]/u.test(name);

const failedAt = (home: URL, code: SignInCode): string => `${home.href}?sign_in_error=${code}`;

const queryOf = ({ originalUrl }: Request): string => {
  const begin = originalUrl.indexOf('?');
  return begin === -1 ? '' : originalUrl.slice(begin);
};

/** The path of a page of the console, with its query: nobody is sent anywhere else, nor round and round by signing in. */
function pathOf(to: unknown, home: URL): string {
  if (typeof to === 'string' && to.length <= 1_024 && URL.canParse(to, home)) {
    const { origin, pathname, search } = new URL(to, home);
    const isOfPage = pathname.startsWith(home.pathname) && !pathname.startsWith(`${home.pathname}sign-in/`);
    if (origin === home.origin && isOfPage) return pathname + search;
  }
  return home.pathname;
}

/** @throws {SignInError} Of somebody whose id cannot be told from another's. */
function personOf(claims: { iss: string; sub: string; [claim: string]: unknown }): Person {
  const id = `${claims.iss}|${claims.sub}`;
  if (id.length > MAX_ID_LENGTH)
    throw new SignInError('console_sign_in_failed', `iss and sub are longer than ${String(MAX_ID_LENGTH)} characters`);
  // OpenID Connect Core §2 has ASCII; a provider may have letters, but nothing that cannot be seen.
  if (printable(id) !== id)
    throw new SignInError('console_sign_in_failed', 'the sub has characters that cannot be seen');
  const names = [claims.name, claims.preferred_username, claims.email, claims.sub];
  const name = names.find((one) => typeof one === 'string' && seen(one)) as string;
  return { id, name: printable(name).slice(0, MAX_NAME_LENGTH).toWellFormed() };
}
