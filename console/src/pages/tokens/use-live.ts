import { useEffect, useRef, useState } from 'react';
import { followTokenLogs, type LiveTokenLog, type TokenLog } from '../../api/logs.ts';
import { useStream, type StreamState } from '../../parts/use-stream.ts';

/** Requests that are kept; older ones leave. */
const MAX_KEPT = 500;

type Kept = {
  /** Newest first. */
  logs: readonly TokenLog[];
  /** So many were too many to be shown. */
  skipped: number;
};
export type Live = Kept & { state: StreamState };

const NONE: Kept = { logs: [], skipped: 0 };

/** Token requests as they are made, while the page is in sight. */
export function useLive(q: string, isOn: boolean, from: string | undefined): Live {
  const [kept, setKept] = useState<Kept>(NONE);
  const newest = useRef(from);
  newest.current ??= from;
  useEffect(() => {
    if (!isOn) setKept(NONE);
  }, [isOn]);

  const state = useStream<LiveTokenLog>(
    isOn ? q : undefined,
    (hear, signal) =>
      followTokenLogs({ q, from: newest.current, signal }, (log) => {
        newest.current = log.log_id;
        hear(log);
      }),
    (fresh) =>
      setKept(({ logs, skipped }) => ({
        logs: [...fresh.toReversed(), ...logs].slice(0, MAX_KEPT),
        skipped: fresh.reduce((sum, log) => sum + (log.skipped ?? 0), skipped),
      })),
  );
  return { ...kept, state };
}
