import { createDocument, type ZodOpenApiOperationObject } from 'zod-openapi';
import { z } from 'zod';
import { VERSION } from '../../../shared/version.ts';
import { ERROR_CODES } from '../api/error-codes.ts';
import { API_PATH } from '../api/mount.ts';
import type { Route } from '../api/route.ts';
import { ACCEPTED_FIELDS } from '../accepted-fields/accepted-fields.ts';
import { resourceOf, visitFields, type Schema } from '../accepted-fields/fields-of.ts';
import { apiPaths, SECURITY_SCHEME } from './api-operations.ts';
import { GATEWAY_PATHS } from './gateway-operations.ts';

const itself: ZodOpenApiOperationObject = {
  operationId: 'getOpenapi',
  summary: 'Get this document',
  tags: ['openapi'],
  security: [],
  responses: {
    '200': {
      description: 'This document',
      content: { 'application/json': { schema: z.looseObject({ openapi: z.string() }) } },
    },
  },
};

/**
 * The OpenAPI 3.1 document of all that one origin answers: the token endpoint with what belongs to it, and the Management API.
 *
 * @param issuer The origin that clients reach, ending with a slash.
 */
export function openapiDocument(routes: readonly Route[], issuer: string) {
  const scopes = [...new Set(routes.flatMap((route) => route.scopes))].sort();
  const document = createDocument({
    openapi: '3.1.1',
    info: {
      title: 'hookmint',
      version: VERSION,
      description: `OAuth 2.0 token service and its Management API.\n\nThe \`errorCode\` of an error is one of:\n\n${codeList()}`,
    },
    servers: [{ url: issuer.replace(/\/$/, '') }],
    security: [],
    paths: { ...GATEWAY_PATHS, '/openapi.json': { get: itself }, ...apiPaths(routes) },
    components: {
      securitySchemes: {
        [SECURITY_SCHEME]: {
          type: 'oauth2',
          description: `An access token for the audience ${issuer}api/v2/.`,
          flows: {
            clientCredentials: {
              tokenUrl: `${issuer}oauth/token`,
              scopes: Object.fromEntries(scopes.map((scope) => [scope, inWords(scope)])),
            },
          },
        },
      },
    },
  });
  for (const route of routes) describeFields(route, document.paths?.[API_PATH + route.path]?.[route.method]);
  return document;
}

/** Says of each field that an operation takes what it does. */
function describeFields(route: Route, operation: { requestBody?: unknown } | undefined): void {
  const body = operation?.requestBody as { content: { 'application/json': { schema: Schema } } } | undefined;
  if (body === undefined) return;
  const fields = ACCEPTED_FIELDS[resourceOf(route)] ?? {};
  visitFields(body.content['application/json'].schema, (path, schema) => {
    const field = fields[path];
    if (field !== undefined) schema.description = field.does;
  });
}

const codeList = (): string =>
  Object.entries(ERROR_CODES)
    .map(([code, when]) => `- \`${code}\`: ${when}`)
    .join('\n');

/** `read:client_grants`: Read client grants. */
const inWords = (scope: string): string => {
  const words = scope.replaceAll(/[:_]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};
