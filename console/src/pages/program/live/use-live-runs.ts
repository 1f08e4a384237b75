import { useState } from 'react';
import { useProgramApi, type RunLog } from '../../../api/programs.ts';
import { useStream, type StreamState } from '../../../parts/use-stream.ts';
import { NO_RUNS, withRuns, type KeptRuns } from './kept-runs.ts';

export type LiveRuns = {
  /** As they are, or as they were when the reader paused. */
  shown: KeptRuns<RunLog>;
  /** Came since the reader paused. */
  unread: number;
  isPaused: boolean;
  state: StreamState;
  pause: () => void;
  goOn: () => void;
  clear: () => void;
};

/** Runs of a hook or Action that printed something or failed, as they end. Who pauses loses none: they are kept meanwhile. */
export function useLiveRuns(id: string, isOn: boolean): LiveRuns {
  const { followLogs } = useProgramApi();
  const [kept, setKept] = useState<KeptRuns<RunLog>>(NO_RUNS);
  const [paused, setPaused] = useState<KeptRuns<RunLog>>();
  const state = useStream<RunLog>(
    isOn ? id : undefined,
    (hear, signal) => followLogs(id, signal, hear),
    (fresh) => setKept((now) => withRuns(now, fresh)),
  );
  return {
    shown: paused ?? kept,
    unread: kept.count - (paused ?? kept).count,
    isPaused: paused !== undefined,
    state,
    pause: () => setPaused((now) => now ?? kept),
    goOn: () => setPaused(undefined),
    clear: () => {
      setKept(NO_RUNS);
      setPaused(undefined);
    },
  };
}
