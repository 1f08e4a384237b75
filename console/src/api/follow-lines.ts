import { ORIGIN_PATH } from '../page.ts';
import { CONSOLE_HEADER } from './client.ts';
import { ApiFailure } from './failure.ts';
import { tellSessionEnded } from './session.ts';

/** Longest line of a stream, characters. */
const MAX_LINE_CHARACTERS = 4_194_304;

/**
 * Reads a stream of the API, one line of JSON for each item, until it ends.
 *
 * @param path Below `/api/v2/`.
 * @throws {ApiFailure} when there is none, or it breaks off.
 */
export async function followLines(path: string, signal: AbortSignal, hear: (item: unknown) => void): Promise<void> {
  const response = await fetch(`${ORIGIN_PATH}api/v2/${path}`, { headers: CONSOLE_HEADER, signal }).catch(noAnswer);
  if (response.status === 401) tellSessionEnded();
  if (!response.ok || response.body === null) throw await ApiFailure.of(response);
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) throw new ApiFailure({ status: 0, message: 'A line does not end.' });
    // Empty ones are signs of life.
    for (const line of lines) if (line !== '') hear(JSON.parse(line));
  }
}

function noAnswer(cause: unknown): never {
  throw new ApiFailure({ status: 0, message: 'hookmint does not answer.', cause });
}
