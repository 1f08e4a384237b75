import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import { notingWrites } from '../../../shared/store/written.ts';
import { CHANGES_HEADER, writeChanges, type ConfigChange } from '../../../shared/subjects/config-changed.ts';
import { identify } from '../auth/identify.ts';
import { mayStill } from '../auth/may-still.ts';
import { requireScope } from '../auth/require-scope.ts';
import type { Deps } from '../deps.ts';
import { refuseAbsentProducts } from './absent-products.ts';
import type { Announcer } from './announce.ts';
import { answerError, outcomeUnknown } from './answer-error.ts';
import { answerText } from './answer-text.ts';
import { ApiError } from './api-error.ts';
import { refuseUnbounded } from './bounds.ts';
import { createRateLimit } from './rate-limit.ts';
import { revisionOf } from './if-match.ts';
import type { Caller, Route, Source, Written } from './route.ts';
import { createLineSender } from './send-lines.ts';
import { validate } from './validate.ts';

export const API_PATH = '/api/v2';

/** Largest request body, bytes: a hook's script with what JSON adds. Over it: 413. */
const MAX_BODY_BYTES = 1_310_720;

/** Serves the operations: authenticates, checks scope and input, and of what is written tells everybody. */
export function mountRoutes(
  app: Express,
  routes: readonly Route[],
  deps: Deps,
  { announcer, requestsPerSecond, path: base }: { announcer: Announcer; requestsPerSecond: number; path: string },
): void {
  const limitRate = createRateLimit(requestsPerSecond);
  const sendLines = createLineSender();
  const parseBody = [
    express.json({ limit: MAX_BODY_BYTES, strict: false, type: ['application/json', 'application/*+json'] }),
    express.urlencoded({ extended: true, limit: MAX_BODY_BYTES }),
  ];

  /** Comes before the body is read: strangers do not get to send megabytes. */
  const admit = (route: Route) => async (request: Request, response: Response, next: NextFunction) => {
    const caller = await identify(request, deps);
    response.locals.caller = caller;
    await limitRate(caller.id, response);
    requireScope(caller, route);
    next();
  };

  const serve = (route: Route) => async (request: Request, response: Response) => {
    const caller = response.locals.caller as Caller;
    refuseUnbounded(request.body);
    const input = {
      params: validate(route.params, request.params, 'params'),
      query: validate(route.query ?? NO_QUERY, request.query, 'query'),
      body: validate(route.body, request.body as unknown, 'body'),
      caller,
      ifMatch: route.takesIfMatch === true ? revisionOf(request.headers['if-match']) : undefined,
    };
    const audited = route.audits?.(input);
    if (audited !== undefined) announcer.record({ ...audited, before: null }, route, caller, request);
    let answer: unknown;
    let changes: ConfigChange[] = [];
    if (route.isWrite) {
      const { result, targets } = await notingWrites(
        () => route.handle(input, deps),
        async (targets, cause) => {
          await announcer.announceUnknown(targets, route, caller, request);
          return outcomeUnknown(cause);
        },
      );
      const written = result as Written<unknown>;
      changes = await announcer.announce(written.change, targets, route, caller, request);
      answer = written.answer;
    } else answer = await route.handle(input, deps);
    const changesTold = route.method === 'get' ? undefined : writeChanges(changes);
    if (changesTold !== undefined) response.set(CHANGES_HEADER, changesTold);
    if (route.isStream === true) {
      sendLines(answer as Source<unknown>, { route, response, mayGoOn: () => mayStill(request, route, deps) });
      return;
    }
    if (route.response === undefined) response.status(route.status).end();
    else
      response
        .status(route.status)
        .type('json')
        .send(await answerText(route.response, answer));
  };

  const allowed = new Map<string, string[]>();
  for (const route of routes) {
    const path = base + route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    allowed.set(path, [...(allowed.get(path) ?? []), route.method.toUpperCase()]);
    app[route.method](path, admit(route), ...parseBody, serve(route));
  }
  for (const [path, methods] of allowed) {
    app.all(path, (_request, response) => {
      const headers = { Allow: methods.join(', ') };
      answerError(new ApiError(405, 'method_not_allowed', `Use ${methods.join(', ')}`, { headers }), response);
    });
  }
  if (base === API_PATH) app.use(base, refuseAbsentProducts(deps, limitRate));
}

const NO_QUERY = z.strictObject({});
