import type { Response } from 'express';
import { LINES_TYPE, markOpenEnded } from '../../../shared/http/open-ended.ts';
import { ApiError } from './api-error.ts';
import type { Route, Source } from './route.ts';

/** Streams at a time in this process. Over it: 429. */
const MAX_STREAMS = 32;

/** Interval of empty lines, which show proxies and the reader that the stream is alive. */
const HEARTBEAT_INTERVAL_MS = 15_000;

/** Bytes that a reader may be behind; one that is slower is hung up on. */
const MAX_UNREAD_BYTES = 1_048_576;

/**
 * Sends the items of a source, one line of JSON each, until the reader disconnects, or may not read any more: whoever reads on asks again,
 * with what is valid then.
 */
export function createLineSender() {
  let open = 0;
  return (
    source: Source<unknown>,
    { route, response, mayGoOn }: { route: Route; response: Response; mayGoOn: () => Promise<boolean> },
  ): void => {
    if (open >= MAX_STREAMS) {
      throw new ApiError(429, 'too_many_streams', `${String(MAX_STREAMS)} streams are open already`, {
        headers: { 'Retry-After': '10' },
      });
    }
    // Its end has been told already, and would never be heard: the place would stay taken.
    if (response.closed) return;
    open++;
    markOpenEnded(response);
    response.status(route.status).type(LINES_TYPE).set('X-Accel-Buffering', 'no');
    const send = (line: string): void => {
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
      else response.write(line);
    };
    // Proxies pass the headers on with the first of the body.
    send('\n');
    const stop = source((item) => send(`${JSON.stringify(route.response?.parse(item))}\n`));
    const beat = async (): Promise<void> => {
      if (await mayGoOn()) send('\n');
      else response.end();
    };
    const heartbeat = setInterval(() => void beat(), HEARTBEAT_INTERVAL_MS);
    response.once('close', () => {
      open--;
      clearInterval(heartbeat);
      stop();
    });
  };
}
