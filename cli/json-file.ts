import { z } from 'zod';
import { jsonProblem } from '../shared/json-error.ts';
import { readGivenFile, readRegularFile } from '../shared/read-text-file.ts';
import { UsageError } from '../shared/usage-error.ts';

/** Events, secrets and cases are far smaller. */
const MAX_BYTES = 16_777_216;

/**
 * A JSON file that must be of one shape.
 *
 * @param isGiven Whether the caller named it on the command line: then it may be a pipe.
 * @throws {UsageError} One that names the file and what is wrong in it.
 */
export function readJsonFile<T>(file: string, schema: z.ZodType<T>, { isGiven = true } = {}): T {
  let value: unknown;
  try {
    value = JSON.parse(isGiven ? readGivenFile(file, MAX_BYTES) : readRegularFile(file, MAX_BYTES));
  } catch (error) {
    throw new UsageError(`${file} cannot be used: ${jsonProblem(error)}.`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  throw new UsageError(`${file} cannot be used: ${[path.join('.'), message].filter(Boolean).join(': ')}.`);
}
