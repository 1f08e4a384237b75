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
  if (part === 'body' && value === undefined) {
    throw new ApiError(400, errorCode, `${prefix}: 'a body is required, with Content-Type: application/json'.`);
  }
  throw new ApiError(400, errorCode, `${prefix}: ${problemOf(parsed.error)}`, { cause: parsed.error });
}

/** Most names in one message, and the most characters of each: the sender chooses both. */
const MAX_TOLD_NAMES = 20;
const MAX_TOLD_NAME_LENGTH = 100;

const namesOf = (keys: readonly string[]): string =>
  [
    ...keys.slice(0, MAX_TOLD_NAMES).map((key) => key.slice(0, MAX_TOLD_NAME_LENGTH)),
    ...(keys.length > MAX_TOLD_NAMES ? [`and ${String(keys.length - MAX_TOLD_NAMES)} more`] : []),
  ].join(', ');

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'invalid';
  const path = issue.path.map((part) => String(part).slice(0, MAX_TOLD_NAME_LENGTH)).join('.');
  const where = path === '' ? '' : ` on property ${path}`;
  if (issue.code === 'unrecognized_keys') return `'Additional properties not allowed: ${namesOf(issue.keys)}'${where}.`;
  if (issue.code === 'invalid_key')
    return `'invalid name of a member: ${issue.issues[0]?.message ?? 'invalid'}'${where}.`;
  // Zod's own words for a member that is missing say nothing of it.
  const message = issue.message.endsWith('received undefined') ? 'is required' : issue.message;
  return `'${message}'${where}.`;
}
