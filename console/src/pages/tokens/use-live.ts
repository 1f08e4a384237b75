import { useEffect, useRef, useState } from 'react';
import { followTokenLogs, type LiveTokenLog, type TokenLog } from '../../api/logs.ts';
import { ApiFailure } from '../../api/failure.ts';

/** Requests that are kept; older ones leave. */
const MAX_KEPT = 500;
/** Between two paints. */
const PAINT_MS = 250;
const MAX_PAUSE_MS = 30_000;

export type Live = {
  /** Newest first. */
  logs: readonly TokenLog[];
  /** So many were too many to be shown. */
  skipped: number;
  state: 'off' | 'live' | 'hidden' | 'away';
  error: unknown;
};

const NONE: Live = { logs: [], skipped: 0, state: 'off', error: null };

/** Token requests as they are made, while the page is in sight. */
export function useLive(q: string, isOn: boolean, from: string | undefined): Live {
  const [live, setLive] = useState<Live>(NONE);
  const newest = useRef(from);
  newest.current ??= from;

  useEffect(() => {
    if (!isOn) {
      setLive(NONE);
      return undefined;
    }
    const stop = new AbortController();
    const isStopped = (): boolean => stop.signal.aborted;
    const isHidden = (): boolean => document.hidden;
    let waiting: LiveTokenLog[] = [];
    let connection: AbortController | undefined;

    const paint = setInterval(() => {
      if (waiting.length === 0) return;
      const fresh = waiting.reverse();
      waiting = [];
      setLive((now) => ({
        ...now,
        logs: [...fresh, ...now.logs].slice(0, MAX_KEPT),
        skipped: fresh.reduce((sum, { skipped = 0 }) => sum + skipped, now.skipped),
      }));
    }, PAINT_MS);

    async function follow(): Promise<void> {
      let pauseMs = 0;
      while (!isStopped()) {
        if (isHidden()) {
          setLive((now) => ({ ...now, state: 'hidden' }));
          await once(document, 'visibilitychange', stop.signal);
          continue;
        }
        connection = new AbortController();
        try {
          setLive((now) => ({ ...now, state: 'live', error: null }));
          const signal = AbortSignal.any([stop.signal, connection.signal]);
          await followTokenLogs({ q, from: newest.current, signal }, (log) => {
            pauseMs = 0;
            newest.current = log.log_id;
            waiting.push(log);
          });
        } catch (error) {
          if (isStopped()) return;
          if (!isHidden()) setLive((now) => ({ ...now, state: 'away', error }));
          if (error instanceof ApiFailure && error.status >= 400 && error.status < 429) return;
        }
        if (isHidden()) continue;
        pauseMs = Math.min(Math.max(1_000, pauseMs * 2), MAX_PAUSE_MS);
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
  }, [q, isOn]);
  return live;
}

const once = (target: EventTarget, name: string, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    target.addEventListener(name, () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
