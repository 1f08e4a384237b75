import { memo } from 'react';
import { Link } from 'wouter';
import { useProgramApi, type RevisionEntry, type RunLog } from '../../../api/programs.ts';
import { outcomeInWords } from '../../../words/outcomes.ts';
import { atTime, preciseTime } from '../../../words/time.ts';
import { LongText } from '../long-text.tsx';
import type { KeptRun } from './kept-runs.ts';

/** One run: when, by which revision, for which request; its lines, and why it made no token. */
export const LiveRun = memo(function LiveRun({
  run: { log, cut },
  revisions,
}: {
  run: KeptRun<RunLog>;
  revisions: readonly RevisionEntry[];
}) {
  const { prefix } = useProgramApi();
  const { lines, failure, trace_id } = log;
  const iso = new Date(log.time_ms).toISOString();
  const number = revisions.find(({ revision }) => revision === log.hook.revision)?.number;
  return (
    <div className="live-run">
      <div className="live-when">
        <time dateTime={iso} title={atTime(iso)}>
          {preciseTime(iso)}
        </time>
        {number !== undefined && (
          <span>
            {prefix}
            {number}
          </span>
        )}
        {trace_id !== undefined && (
          <Link href={`/tokens?${new URLSearchParams({ find: trace_id }).toString()}`}>
            Request<span className="hidden-text"> of {preciseTime(iso)}</span>
          </Link>
        )}
      </div>
      <ul className="live-lines">
        {cut > 0 && <li className="line hint">… {cut.toLocaleString()} lines before these</li>}
        {lines.map(({ level, text }, index) => (
          <li key={index} className={`line ${level}`}>
            <span className="level">{level}</span>
            <LongText text={text} />
          </li>
        ))}
        {failure !== undefined && <FailureLine failure={failure} />}
      </ul>
    </div>
  );
});

function FailureLine({ failure: { outcome, detail, error } }: { failure: NonNullable<RunLog['failure']> }) {
  const { noun } = useProgramApi();
  const what = outcomeInWords(
    // An outcome has a name for what it tells more.
    { status: outcome, limit: detail, during: detail, reason: detail },
    noun === 'hook' ? 'hook' : 'action',
  );
  const why = error === undefined ? '' : `\n${error.stack ?? `${error.name}: ${error.message}`}`;
  return (
    <li className={outcome === 'denied' ? 'line warn' : 'line error'}>
      <span className="level">{outcome === 'denied' ? 'refused' : 'failed'}</span>
      <LongText text={`${what}${why}`} />
    </li>
  );
}
