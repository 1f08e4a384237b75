import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject, ZodOpenApiRequestBodyObject } from 'zod-openapi';
import { LINES_TYPE } from '../../../shared/http/open-ended.ts';
import { ApiErrorBody } from '../api/api-error.ts';
import { API_PATH } from '../api/mount.ts';
import type { Route } from '../api/route.ts';
import { errorResponses } from './error-responses.ts';

export const SECURITY_SCHEME = 'token';

/** Statuses of errors that every operation may answer: without or with an unfit token, too often, or while something is away. */
const ANYWHERE = [401, 403, 429, 500, 503];
/** Errors of an operation with input; with a body, also the body parser's; of a write, also too many writers. */
const WITH_INPUT = [400];
const WITH_BODY = [413, 415];
const OF_WRITE = [409];

const IF_MATCH = z.object({
  'If-Match': z.string().optional().meta({
    description: 'The revision that the change begins from, in double quotes; 412 when it is another by now.',
  }),
});

/** The operations of the Management API, from the schemas that requests and answers are checked with. */
export function apiPaths(routes: readonly Route[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = API_PATH + route.path;
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return paths;
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const {
    operationId,
    summary,
    tag,
    scopes,
    everyScope = false,
    params,
    query,
    body,
    status,
    response,
    isStream,
    takesIfMatch,
  } = route;
  const all = scopes.map((scope) => `\`${scope}\``).join(everyScope ? ' and ' : ' or ');
  return {
    operationId,
    summary,
    description: `Needs the scope ${all}.`,
    tags: [tag],
    security: everyScope
      ? [{ [SECURITY_SCHEME]: [...scopes] }]
      : scopes.map((scope) => ({ [SECURITY_SCHEME]: [scope] })),
    requestParams: {
      ...(params === undefined ? {} : { path: params as z.ZodObject }),
      ...(query === undefined ? {} : { query: query as z.ZodObject }),
      ...(takesIfMatch === true ? { header: IF_MATCH } : {}),
    },
    ...(body === undefined ? {} : { requestBody: requestBodyOf(body) }),
    responses: {
      [String(status) as '200']: {
        description: summary,
        ...(response === undefined
          ? {}
          : { content: { [isStream ? LINES_TYPE : 'application/json']: { schema: response } } }),
      },
      ...errorResponses(ApiErrorBody, statusesOfErrors(route)),
    },
  };
}

function requestBodyOf(body: z.ZodType): ZodOpenApiRequestBodyObject {
  return { required: !body.safeParse(undefined).success, content: { 'application/json': { schema: body } } };
}

function statusesOfErrors({ body, isWrite, errors = [], method }: Route): number[] {
  return [
    ...ANYWHERE,
    ...WITH_INPUT,
    ...(body !== undefined || method !== 'get' ? WITH_BODY : []),
    ...(isWrite ? OF_WRITE : []),
    ...errors,
  ];
}
