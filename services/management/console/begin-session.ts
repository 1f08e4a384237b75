import type { Request, Response } from 'express';
import type { Person } from '../../../shared/domain/person.ts';
import { consoleSessionsIn, type ConsoleSession } from '../../../shared/store/console-sessions.ts';
import type { Announcer } from '../api/announce.ts';
import type { Deps } from '../deps.ts';
import type { ConsoleAddress } from './console-address.ts';
import { sessionKey, setSessionCookie } from './session-cookie.ts';

const MAX_USER_AGENT_LENGTH = 256;

type Operation = Parameters<Announcer['record']>[1];

/**
 * Signs somebody in, in the browser that asked, and records it. Whoever was signed in there is signed out: nobody has that cookie any more but
 * who has stolen it.
 */
export async function beginSession(
  { db }: Pick<Deps, 'db'>,
  address: ConsoleAddress,
  record: Announcer['record'],
  who: {
    request: Request;
    response: Response;
    person: Person;
    rights: { roles: readonly ConsoleSession['roles'][number][]; scopes: readonly string[] };
    /** Of the session that the browser had, where the request does not bring its cookie. */
    replacedKey?: string | undefined;
  },
): Promise<ConsoleSession> {
  const { request, response, person, rights } = who;
  const sessions = consoleSessionsIn(db);
  const replacedKey = sessionKey(request, address) ?? who.replacedKey;
  const replaced = replacedKey === undefined ? undefined : await sessions.endByKey(replacedKey);
  if (replaced !== undefined)
    recordSession(record, request, replaced, { before: rightsIn(replaced), after: null }, REPLACE);
  const user_agent = (request.headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT_LENGTH);
  // Always another token: whatever cookie was there before signs in nobody.
  const { session, token } = await sessions.begin({
    person,
    roles: [...rights.roles],
    scopes: [...rights.scopes],
    user_agent,
  });
  setSessionCookie(response, token, address);
  recordSession(record, request, session, { before: null, after: rightsIn(session) }, SIGN_IN);
  return session;
}

/** Records that a session began or ended, or was refused. */
export function recordSession(
  record: Announcer['record'],
  request: Request,
  { id, person }: Pick<ConsoleSession, 'id' | 'person'>,
  change: { before: unknown; after: unknown },
  operation: Operation,
): void {
  const caller = { id: person.id, person, ip: request.ip, scopes: NO_SCOPES };
  record({ collection: 'console_sessions', id, ...change }, operation, caller, request);
}

/** Who a session is of, and what they may do, as the audit has it. */
export const rightsIn = ({ person, roles, scopes }: ConsoleSession) => ({ person, roles, scopes });

const NO_SCOPES: ReadonlySet<string> = new Set();

const REPLACE = { summary: 'Sign out of the console, by signing in again', method: 'post', status: 204 } as const;

const SIGN_IN = { summary: 'Sign in to the console', method: 'post', status: 201 } as const;
