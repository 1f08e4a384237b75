import { z } from 'zod';
import { clientsIn } from '../../../../shared/store/clients.ts';
import { consoleLinksIn } from '../../../../shared/store/console-links.ts';
import { consoleSessionsIn, type ConsoleSession } from '../../../../shared/store/console-sessions.ts';
import { ApiError, inexistent } from '../../api/api-error.ts';
import { reads, writes, type Caller, type Route } from '../../api/route.ts';
import { requireScope } from '../../auth/require-scope.ts';
import { scopesOfRole } from '../../console/roles.ts';
import type { Deps } from '../../deps.ts';
import { LinkView, MakeLink, SessionView } from './schema.ts';

const tag = 'console';

const makeLink = writes('post', {
  path: '/console/links',
  operationId: 'createConsoleLink',
  summary: 'Make a link that signs in to the console once',
  tag,
  scopes: ['create:console_links'],
  body: MakeLink,
  status: 201,
  response: LinkView,
  errors: [404],
  handle: async ({ body: { role, minutes }, caller }, deps) => {
    if (deps.console === undefined)
      throw new ApiError(404, 'not_found', 'There is no console: HOOKMINT_CONSOLE is off.');
    // Who makes a link can follow it.
    requireScope(caller, { scopes: scopesOfRole(role, deps.scopes), everyScope: true });
    const expires_at = new Date(Date.now() + minutes * 60_000);
    const person = {
      id: `link|${caller.id}`.slice(0, 512),
      name: `link by ${await nameOf(caller, deps)}`.slice(0, 256),
    };
    const secret = await consoleLinksIn(deps.db).make({ person, role, expires_at });
    const after = { person, role, expires_at: expires_at.toISOString() };
    return {
      answer: { url: `${deps.consoleUrl}console/#link=${secret}`, expires_at: after.expires_at },
      change: { collection: 'console_links', id: person.id, before: null, after },
    };
  },
});

const listSessions = reads({
  path: '/console/sessions',
  operationId: 'getConsoleSessions',
  summary: 'Get who is signed in to the console',
  tag,
  scopes: ['read:console_sessions'],
  status: 200,
  response: z.array(SessionView),
  handle: async (_input, { db }) => (await consoleSessionsIn(db).list()).map(viewOf),
});

const endSession = writes('delete', {
  path: '/console/sessions/{id}',
  operationId: 'deleteConsoleSession',
  summary: 'End a session of the console',
  tag,
  scopes: ['delete:console_sessions'],
  params: z.strictObject({ id: z.string().max(64) }),
  status: 204,
  errors: [404],
  handle: async ({ params: { id } }, { db }) => {
    const ended = await consoleSessionsIn(db).end(id);
    if (ended === undefined) throw inexistent('console session');
    return { answer: undefined, change: { collection: 'console_sessions', id, before: viewOf(ended), after: null } };
  },
});

export const consoleRoutes: readonly Route[] = [makeLink, listSessions, endSession];

async function nameOf({ id, person }: Caller, { db }: Pick<Deps, 'db'>): Promise<string> {
  return person?.name ?? (await clientsIn(db).find(id))?.name ?? id;
}

function viewOf({ started_at, seen_at, ends_at, ...rest }: ConsoleSession) {
  return {
    ...rest,
    started_at: started_at.toISOString(),
    seen_at: seen_at.toISOString(),
    ends_at: ends_at.toISOString(),
  };
}
