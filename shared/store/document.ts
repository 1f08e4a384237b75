import type { z } from 'zod';
import { HookmintError } from '../errors.ts';

/** Checks a document from the database, which is not trusted. */
export function parseDocument<T>(schema: z.ZodType<T>, document: unknown, what: string): T {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HookmintError(
    'store_document_invalid',
    `In the database ${what} cannot be used: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}`,
    { cause: parsed.error },
  );
}
