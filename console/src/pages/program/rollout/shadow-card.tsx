import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { shadowQuery, type Shadow } from '../../../api/changes.ts';
import type { Program, RevisionEntry } from '../../../api/programs.ts';
import { useMay } from '../../../frame/signed-in.ts';
import { DifferenceReport } from '../../../parts/difference-report.tsx';
import { Failure } from '../../../parts/failure.tsx';
import { Loading } from '../../../parts/loading.tsx';
import { counted } from '../../../words/differences.ts';
import { shown } from '../../../words/shown.ts';
import { ago, atTime } from '../../../words/time.ts';
import { whoWrote } from '../../../words/who.ts';
import { StartShadow } from './start-shadow.tsx';
import { StopShadow } from './stop-shadow.tsx';

/** A revision that runs beside the deployed one, and shapes nothing. */
export function ShadowCard({
  program,
  revisions,
  isReady,
}: {
  program: Program;
  revisions: readonly RevisionEntry[];
  isReady: boolean;
}) {
  const mayUpdate = useMay('update:hooks');
  const mayReadLogs = useMay('read:logs');
  const may = mayUpdate.may && mayReadLogs.may;
  const reason = mayUpdate.reason ?? mayReadLogs.reason;
  const [open, setOpen] = useState<'start' | 'stop'>();
  const isOn = revisions.some(({ shadow }) => shadow !== undefined);
  const query = useQuery({ ...shadowQuery(program.id), enabled: isOn && may });
  const shadow = isOn ? query.data : undefined;
  const close = (): void => setOpen(undefined);
  return (
    <section className="card" aria-labelledby="shadow">
      <div className="card-top">
        <h2 id="shadow">Beside what is deployed</h2>
        <div className="row">
          {isOn && (
            <button type="button" className="button" disabled={!may} title={reason} onClick={() => setOpen('stop')}>
              Stop…
            </button>
          )}
          <button
            type="button"
            className="button"
            disabled={!may || !isReady}
            title={reason ?? (isReady ? undefined : 'Needs an enabled hook with another revision')}
            onClick={() => setOpen('start')}
          >
            {isOn ? 'Change…' : 'Run a shadow…'}
          </button>
        </div>
      </div>
      <p className="hint">
        A shadow runs for a share of the requests, after each is answered. What comes of it is compared with the token
        that the client got, and thrown away: no token waits, and none is another.
      </p>
      {query.isError && isOn && <Failure what="The report could not be read." error={query.error} />}
      {isOn && may && query.isPending && <Loading what="the report" />}
      {isOn && !may && <p className="hint">{reason}</p>}
      {shadow !== undefined && <Report shadow={shadow} />}
      {open === 'start' && <StartShadow program={program} revisions={revisions} now={shadow} onClose={close} />}
      {open === 'stop' && <StopShadow program={program} onClose={close} />}
    </section>
  );
}

function Report({ shadow }: { shadow: Shadow }) {
  const { number, percent, network, started_at, started_by, requests, differing, not_run, network_refused } = shadow;
  const notes = [
    ...(network_refused > 0 ? [`${counted(network_refused, 'request')} asked for the network, which is refused.`] : []),
    ...(not_run > 0 ? [`${counted(not_run, 'request')} of the share had no run: tokens come first.`] : []),
  ];
  return (
    <>
      <p role="status">
        <strong>
          {differing.toLocaleString()} of {requests.toLocaleString()} differ
        </strong>{' '}
        · {number === null ? 'a revision of before' : `r${String(number)}`} beside {String(percent)} % of the requests,
        network {network}, <span title={atTime(started_at)}>begun {ago(started_at)}</span> by{' '}
        {shown(whoWrote(started_by))}
      </p>
      {notes.length > 0 && (
        <ul className="hint">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {shadow.groups.length > 0 ? (
        <DifferenceReport
          groups={shadow.groups}
          others={shadow.others}
          addressOf={({ id }) => (/^[0-9a-f]{32}$/.test(id) ? `/tokens?find=${id}` : undefined)}
        />
      ) : (
        <p>
          {requests === 0
            ? 'It waits for requests; what it finds appears here.'
            : 'So far no client would notice a difference.'}
        </p>
      )}
    </>
  );
}
