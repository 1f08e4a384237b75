import type { z } from 'zod';
import { ApiError } from './api-error.ts';

const PARTS = {
  params: { prefix: 'Path validation error', errorCode: 'invalid_uri' },
  query: { prefix: 'Query validation error', errorCode: 'invalid_query_string' },
  body: { prefix: 'Payload validation error', errorCode: 'invalid_body' },
} as const;

/**
 * Checks a part of a request.
 *
 * @throws {ApiError} 400, in the words that Auth0's tools know (contract §5): it names the first thing that is wrong.
 */
export function validate(schema: z.ZodType | undefined, value: unknown, part: keyof typeof PARTS): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { prefix, errorCode } = PARTS[part];
  throw new ApiError(400, errorCode, `${prefix}: ${problemOf(parsed.error)}`, { cause: parsed.error });
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'invalid';
  const path = issue.path.join('.');
  const where = path === '' ? '' : ` on property ${path}`;
  if (issue.code === 'unrecognized_keys')
    return `'Additional properties not allowed: ${issue.keys.join(', ')}'${where}.`;
  return `'${issue.message}'${where}.`;
}
