import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { note } from '../shared/terminal.ts';
import { UsageError } from '../shared/usage-error.ts';
import { answered } from './answered.ts';
import { ApiCallError, connectApi } from './api-client.ts';
import { jsonOrNothing, UnreachableError } from './http.ts';

const MAX_PAUSE_MS = 10_000;

/** Longest line of a stream, characters: one run's console output is far below. */
const MAX_LINE_CHARACTERS = 4_194_304;

/**
 * Reads a stream of the API, line by line, until Ctrl-C; when it ends, it is opened again.
 *
 * @param path Asked for each time: a stream may go on where the one before ended.
 * @param what That is followed, for whoever reads the terminal.
 * @param schema Of a line, which is JSON.
 * @param hear Told each line, and its text.
 */
export async function follow<T>(
  path: () => string,
  what: string,
  schema: z.ZodType<T>,
  hear: (line: T, text: string) => void,
): Promise<void> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once('SIGINT', end);
  // What has started this process was killed: nobody reads any more.
  process.once('disconnect', end);
  try {
    await followUntil(stop.signal, path, what, (line, baseUrl) =>
      hear(answered(schema, jsonOrNothing(line), baseUrl, `GET ${path()}`), line),
    );
  } finally {
    process.off('disconnect', end);
  }
}

async function followUntil(
  stop: AbortSignal,
  path: () => string,
  what: string,
  hear: (line: string, baseUrl: string) => void,
): Promise<void> {
  const isStopped = (): boolean => stop.aborted;
  let pauseMs = 0;
  while (!isStopped()) {
    try {
      // A new token each time: the one before may have expired.
      const api = await connectApi();
      const response = await api.open(path(), stop);
      note(`following ${what}; stop with Ctrl-C`);
      pauseMs = 0;
      for await (const line of linesOf(response)) hear(line, api.baseUrl);
    } catch (error) {
      if (!isStopped() && !mayPass(error)) throw error;
    }
    if (isStopped()) break;
    if (pauseMs === 0) note('hookmint: the stream ended; it is opened again as soon as hookmint answers');
    pauseMs = Math.min(Math.max(1_000, pauseMs * 2), MAX_PAUSE_MS);
    await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** A service that restarts, or a network that is away; what the API refuses stays refused. */
function mayPass(error: unknown): boolean {
  if (error instanceof ApiCallError) return error.status >= 500 || error.status === 429;
  // Of fetch, when the connection ends within the answer.
  return error instanceof TypeError || error instanceof UnreachableError;
}

/** Lines that are not empty: empty ones are signs of life. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) throw new UsageError('The server sent a line that does not end.');
    yield* lines.filter((line) => line !== '');
  }
}
