import type { Request } from 'express';
import { consoleSessionsIn, type ConsoleSession } from '../../../shared/store/console-sessions.ts';
import type { Caller } from '../api/route.ts';
import type { Deps } from '../deps.ts';
import { scopesOf } from './roles.ts';
import { isOfConsole } from './same-origin.ts';
import { sessionToken } from './session-cookie.ts';

type PersonDeps = Pick<Deps, 'db' | 'console' | 'scopes'>;

/**
 * The session that a request of the console's page is part of.
 *
 * @param isUse Whether the session lives longer by it.
 */
export async function sessionOf(
  request: Request,
  { db, console }: PersonDeps,
  isUse = true,
): Promise<ConsoleSession | undefined> {
  if (console === undefined || !isOfConsole(request, console)) return undefined;
  const token = sessionToken(request, console);
  if (token === undefined) return undefined;
  const sessions = consoleSessionsIn(db);
  return isUse ? sessions.use(token) : sessions.find(token);
}

/** The person who calls by the console; `undefined` for a request that is not the console's. */
export async function identifyPerson(request: Request, deps: PersonDeps, isUse: boolean): Promise<Caller | undefined> {
  const session = await sessionOf(request, deps, isUse);
  if (session === undefined) return undefined;
  const { person } = session;
  return { id: person.id, person, scopes: new Set(scopesOf(session, deps.scopes)), ip: request.ip };
}
