import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { gradualQuery, type Gradual } from '../../../api/changes.ts';
import type { Program, RevisionEntry } from '../../../api/programs.ts';
import { useMay } from '../../../frame/signed-in.ts';
import { Facts } from '../../../parts/facts.tsx';
import { Failure } from '../../../parts/failure.tsx';
import { Loading } from '../../../parts/loading.tsx';
import { shown } from '../../../words/shown.ts';
import { ago, atTime } from '../../../words/time.ts';
import { whoWrote } from '../../../words/who.ts';
import { EndGradual } from './end-gradual.tsx';
import { StartGradual } from './start-gradual.tsx';
import { WatchedFigures } from './watched-figures.tsx';

/** A revision that shapes the tokens of a part of the clients, watched beside the deployed one. */
export function GradualCard({
  program,
  revisions,
  isReady,
}: {
  program: Program;
  revisions: readonly RevisionEntry[];
  isReady: boolean;
}) {
  const { may, reason } = useMay('update:hooks');
  const [open, setOpen] = useState<'start' | 'promote' | 'return'>();
  const hadOne = revisions.some(({ gradual }) => gradual !== undefined);
  const query = useQuery({ ...gradualQuery(program.id), enabled: hadOne });
  const gradual = hadOne ? query.data : undefined;
  const isOn = gradual?.state === 'on';
  const close = (): void => setOpen(undefined);
  // It returns by itself: what is above it is read anew then.
  const queries = useQueryClient();
  const isNews = gradual !== undefined && revisions.every((entry) => entry.gradual?.state !== gradual.state);
  useEffect(() => {
    if (isNews) void queries.invalidateQueries({ queryKey: ['hooks', program.id, 'revisions'] });
  }, [isNews, queries, program.id]);
  return (
    <section className="card" aria-labelledby="gradual">
      <div className="card-top">
        <h2 id="gradual">For a part of the clients</h2>
        <div className="row">
          {isOn && (
            <>
              <button
                type="button"
                className="button primary"
                disabled={!may}
                title={reason}
                onClick={() => setOpen('promote')}
              >
                Promote…
              </button>
              <button
                type="button"
                className="button danger"
                disabled={!may}
                title={reason}
                onClick={() => setOpen('return')}
              >
                Return…
              </button>
            </>
          )}
          <button
            type="button"
            className="button"
            disabled={!may || !isReady}
            title={reason ?? (isReady ? undefined : 'Needs an enabled hook with another revision')}
            onClick={() => setOpen('start')}
          >
            {isOn ? 'Change…' : 'Deploy to a part…'}
          </button>
        </div>
      </div>
      <p className="hint">
        A new revision shapes the tokens of a few clients first. It is watched beside the deployed one, and returns by
        itself when it does worse.
      </p>
      {query.isError && hadOne && <Failure what="It could not be read." error={query.error} />}
      {hadOne && query.isPending && <Loading what="the gradual deployment" />}
      {gradual !== undefined && <State gradual={gradual} />}
      {open === 'start' && (
        <StartGradual program={program} revisions={revisions} now={isOn ? gradual : undefined} onClose={close} />
      )}
      {(open === 'promote' || open === 'return') && gradual !== undefined && (
        <EndGradual program={program} gradual={gradual} way={open} onClose={close} />
      )}
    </section>
  );
}

const nameOf = ({ number, revision }: Gradual): string =>
  number === null ? revision.slice(0, 8) : `r${String(number)}`;

function whoHasIt({ percent, client_ids }: Pick<Gradual, 'percent' | 'client_ids'>): string {
  const share = percent === 0 ? [] : [`${String(percent)} % of the clients`];
  const named = client_ids.length === 0 ? [] : [client_ids.join(', ')];
  return [...share, ...named].join(' and ');
}

const ENDS = {
  promoted: 'was promoted: it shapes the tokens of all clients',
  returned: 'was returned: it shapes no more tokens',
  superseded: 'was ended by another deployment',
} as const;

function State({ gradual }: { gradual: Gradual }) {
  const { state, reason, figures, bounds, tokens, started_at, started_by, ended_at = '', ended_by } = gradual;
  const name = nameOf(gradual);
  const byItself = state === 'returned' && ended_by === null;
  return (
    <>
      {byItself ? (
        <div className="failure" role="status">
          <p>
            <strong>
              {name} returned by itself, <span title={atTime(ended_at)}>{ago(ended_at)}</span>:
            </strong>{' '}
            {shown(reason ?? '')}
          </p>
        </div>
      ) : (
        <p role="status">
          <strong>{name}</strong>{' '}
          {state === 'on' ? `shapes the tokens of ${shown(whoHasIt(gradual))}` : `${ENDS[state]}, ${ago(ended_at)}`}
        </p>
      )}
      {figures !== undefined && (
        <WatchedFigures name={name} figures={figures} bounds={bounds} isOver={state !== 'on'} />
      )}
      <Facts
        facts={[
          ['Tokens by it', tokens === null ? 'more than are counted' : tokens.toLocaleString()],
          ['Begun', <span title={atTime(started_at)}>{`${ago(started_at)} by ${shown(whoWrote(started_by))}`}</span>],
          ['Had it', state === 'on' ? '' : shown(whoHasIt(gradual))],
          ['Ended by', byItself || state === 'on' ? '' : shown(whoWrote(ended_by ?? null))],
        ]}
      />
    </>
  );
}
