import { STATUS_CODES } from 'node:http';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import type { z } from 'zod';

const RETRY_AFTER_STATUSES = [429, 503];

/** A response for each status, all with one body. */
export function errorResponses(body: z.ZodType, statuses: Iterable<number>): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    [...new Set(statuses)].sort().map((status) => [String(status), errorResponse(body, status)]),
  );
}

function errorResponse(body: z.ZodType, status: number): ZodOpenApiResponseObject {
  return {
    description: STATUS_CODES[status] ?? 'Error',
    ...(RETRY_AFTER_STATUSES.includes(status)
      ? { headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } } }
      : {}),
    content: { 'application/json': { schema: body } },
  };
}
