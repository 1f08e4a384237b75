import { useLayoutEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { useProgramApi, type Program, type RevisionEntry } from '../../../api/programs.ts';
import { useMay } from '../../../frame/signed-in.ts';
import { Failure } from '../../../parts/failure.tsx';
import type { StreamState } from '../../../parts/use-stream.ts';
import { LiveRun } from './live-run.tsx';
import { useLiveRuns } from './use-live-runs.ts';

/** Who is so near to the end is there. */
const END_PX = 24;

/** What a hook or an Action prints and why it fails, as it runs. It follows until the reader scrolls away or pauses it. */
export function LiveTab({ program, revisions }: { program: Program; revisions: readonly RevisionEntry[] }) {
  const { key } = useProgramApi();
  const { may, reason } = useMay(`read:${key}`);
  const live = useLiveRuns(program.id, may);
  // Scrolling back to the end goes on; who paused by the button says when.
  const [isHeld, setHeld] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const { shown, isPaused, unread } = live;
  useLayoutEffect(() => {
    const place = box.current;
    if (place !== null && !isPaused) place.scrollTop = place.scrollHeight;
  }, [shown, isPaused]);

  const look = (): void => {
    const place = box.current;
    if (place === null || isHeld) return;
    const isAtEnd = place.scrollHeight - place.scrollTop - place.clientHeight <= END_PX;
    if (isAtEnd) live.goOn();
    else live.pause();
  };
  const goOn = (): void => {
    setHeld(false);
    live.goOn();
  };
  if (!may) return <p className="page hint">{reason}</p>;
  const hidden = shown.count - shown.runs.length;
  return (
    <div className="live">
      <div className="live-head">
        <State state={live.state} isPaused={isPaused} unread={unread} />
        <div className="page-actions">
          <button
            type="button"
            className="button small"
            onClick={() => {
              if (isPaused) {
                goOn();
                return;
              }
              setHeld(true);
              live.pause();
            }}
          >
            {isPaused ? 'Go on' : 'Pause'}
          </button>
          <button
            type="button"
            className="button plain small"
            disabled={shown.runs.length === 0}
            onClick={() => {
              setHeld(false);
              live.clear();
            }}
          >
            Clear
          </button>
        </div>
      </div>
      {live.state.is === 'away' && <Failure what="It cannot be followed at the moment." error={live.state.error} />}
      {/* Whoever has no mouse scrolls it by keys. */}
      <div className="live-box" role="log" aria-live="off" aria-label="Live log" tabIndex={0} ref={box} onScroll={look}>
        {shown.runs.length === 0 ? (
          <Nothing program={program} />
        ) : (
          <>
            {hidden > 0 && <p className="hint live-note">{runs(hidden)} before these are not shown any more.</p>}
            {shown.runs.map((run) => (
              <LiveRun key={run.number} run={run} revisions={revisions} />
            ))}
          </>
        )}
      </div>
      {isPaused && unread > 0 && (
        <button type="button" className="button small live-unread" onClick={goOn}>
          {runs(unread)} more ▾
        </button>
      )}
    </div>
  );
}

const runs = (count: number): string => (count === 1 ? '1 run' : `${count.toLocaleString()} runs`);

function State({ state: { is }, isPaused, unread }: { state: StreamState; isPaused: boolean; unread: number }) {
  const text = isPaused
    ? `Paused${unread === 0 ? '' : `: ${runs(unread)} since then`}`
    : { off: '', live: 'Lines appear as they are printed', hidden: 'Paused while the page is hidden', away: 'Away' }[
        is
      ];
  return (
    <p className="hint" role="status">
      {is === 'live' && !isPaused ? '●' : '◌'} {text}
    </p>
  );
}

function Nothing({ program: { id, isActive } }: { program: Program }) {
  const { noun } = useProgramApi();
  const requests = `/tokens?${new URLSearchParams({ program: id }).toString()}`;
  return (
    <div className="empty">
      <h2>Nothing was printed since this page was opened</h2>
      <p>
        {isActive
          ? 'Runs that print with console.log, refuse a token or fail appear here.'
          : `No token is shaped by this ${noun} at the moment, so it does not run.`}{' '}
        Lines are kept nowhere. <Link href={requests}>Requests that it shaped</Link> are, also of runs that print
        nothing.
      </p>
    </div>
  );
}
