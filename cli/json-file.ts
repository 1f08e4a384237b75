import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { jsonProblem } from '../shared/json-error.ts';
import { UsageError } from '../shared/usage-error.ts';

/**
 * A JSON file that is to be of one shape.
 *
 * @throws {UsageError} One that names the file and what is wrong in it.
 */
export function readJsonFile<T>(file: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} cannot be used: ${jsonProblem(error)}.`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  throw new UsageError(`${file} cannot be used: ${[path.join('.'), message].filter(Boolean).join(': ')}.`);
}
