import type { z } from 'zod';
import { UsageError } from '../shared/usage-error.ts';

/** Longest text of a server's own choice in a message, characters. */
const MAX_TOLD_LENGTH = 200;

/**
 * What a server has answered, as a command needs it.
 *
 * @param asked What it answers: the request, or the stream.
 * @throws {UsageError} One that names the server, what was asked and what of the answer is not as hookmint answers.
 */
export function answered<T>(schema: z.ZodType<T>, answer: unknown, baseUrl: string, asked: string): T {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const { path = [], message = '' } = read.error.issues[0] ?? {};
  const wrong = [path.join('.'), message].filter((part) => part !== '').map((part) => part.slice(0, MAX_TOLD_LENGTH));
  throw new UsageError(
    `${baseUrl} answers ${asked} with something else than hookmint does: ${wrong.join(': ')}. Is a hookmint of this release there?`,
  );
}
