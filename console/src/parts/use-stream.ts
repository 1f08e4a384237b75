import { useEffect, useState } from 'react';
import { ApiFailure } from '../api/failure.ts';

/** Between two paints. */
const PAINT_MS = 250;
const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;
const TOO_MANY_REQUESTS = 429;

export type StreamState = { is: 'off' | 'live' | 'hidden' | 'away'; error: unknown };
export type Open<Item> = (hear: (item: Item) => void, signal: AbortSignal) => Promise<void>;

/**
 * Follows a stream of the API while the page is in sight, again and again.
 *
 * @param key Of the stream: with another one another is opened; `undefined` for none.
 * @param take Is given what has come, a few times a second.
 */
export function useStream<Item>(
  key: string | undefined,
  open: Open<Item>,
  take: (items: readonly Item[]) => void,
): StreamState {
  const [state, setState] = useState<StreamState>({ is: 'off', error: null });

  useEffect(() => {
    if (key === undefined) {
      setState({ is: 'off', error: null });
      return undefined;
    }
    const stop = new AbortController();
    const isStopped = (): boolean => stop.signal.aborted;
    const isHidden = (): boolean => document.hidden;
    let waiting: Item[] = [];
    let connection: AbortController | undefined;

    const paint = setInterval(() => {
      if (waiting.length === 0) return;
      const fresh = waiting;
      waiting = [];
      take(fresh);
    }, PAINT_MS);

    async function follow(): Promise<void> {
      let pauseMs = 0;
      while (!isStopped()) {
        if (isHidden()) {
          setState({ is: 'hidden', error: null });
          await once(document, 'visibilitychange', stop.signal);
          continue;
        }
        connection = new AbortController();
        try {
          setState({ is: 'live', error: null });
          await open(
            (item) => {
              pauseMs = 0;
              waiting.push(item);
            },
            AbortSignal.any([stop.signal, connection.signal]),
          );
        } catch (error) {
          if (isStopped()) return;
          if (!isHidden()) setState({ is: 'away', error });
          if (error instanceof ApiFailure && error.status >= 400 && error.status < TOO_MANY_REQUESTS) return;
        }
        if (isHidden()) continue;
        pauseMs = Math.min(Math.max(MIN_PAUSE_MS, pauseMs * 2), MAX_PAUSE_MS);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
    // A hidden tab holds no connection: a browser has six to one server.
    const hide = (): void => {
      if (isHidden()) connection?.abort();
    };
    document.addEventListener('visibilitychange', hide);
    void follow();
    return () => {
      stop.abort();
      clearInterval(paint);
      document.removeEventListener('visibilitychange', hide);
    };
  }, [key]);
  return state;
}

const once = (target: EventTarget, name: string, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    target.addEventListener(name, () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
