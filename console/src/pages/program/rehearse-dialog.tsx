import { useState } from 'react';
import { Link } from 'wouter';
import type { AskRehearsal, RehearsalNetwork } from '../../api/changes.ts';
import { useProgramApi, type Program } from '../../api/programs.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { DifferenceReport } from '../../parts/difference-report.tsx';
import { ChoiceField, TextField } from '../../parts/fields.tsx';
import { Form } from '../../parts/form.tsx';
import { counted } from '../../words/differences.ts';
import { shown } from '../../words/shown.ts';
import { useRehearsal, type RehearsalReport } from './use-rehearsal.ts';

/** What is compared with the deployed revision: the code as it is written, or a revision of the history. */
export type Rehearsed = { what: string } & ({ script: string } | { revision: string });

const HOUR_MS = 3_600_000;
/** Of "since": more are no answer that anybody waits for. */
const MOST = 10_000;
const WHICH = [
  ['200', 'The last 200'],
  ['1000', 'The last 1,000'],
  ['1h', 'Of the last hour'],
  ['24h', 'Of the last 24 hours'],
  ['168h', 'Of the last 7 days'],
] as const;
type Which = (typeof WHICH)[number][0];
type Source = 'any' | RehearsalReport['source'];

/** What would be another for clients, before anything is deployed. */
export default function RehearseDialog({
  program,
  rehearsed: { what, ...code },
  onClose,
}: {
  program: Program;
  rehearsed: Rehearsed;
  onClose: () => void;
}) {
  const { noun } = useProgramApi();
  const { state, start, stop } = useRehearsal(program.id);
  const [which, setWhich] = useState<Which>('200');
  const [client, setClient] = useState('');
  const [source, setSource] = useState<Source>('any');
  const [network, setNetwork] = useState<RehearsalNetwork>('refused');
  const report = state.is === 'running' || state.is === 'done' || state.is === 'stopped' ? state.report : undefined;
  const ask = (): void =>
    start({
      ...code,
      ...chosen(which),
      network,
      ...(client.trim() === '' ? {} : { client_ids: [client.trim()] }),
      ...(source === 'any' ? {} : { source }),
    });
  return (
    <Dialog title={`Rehearse ${what} of ${shown(program.name)}`} isWide onClose={onClose}>
      <p>
        Past requests run through what is deployed and through this code, side by side, where hooks run. No token is
        issued, and nothing that the code stores is kept.
        {noun === 'Action' && ' The Action is told each request as it came, without what others before it would add.'}
      </p>
      <Form what="The rehearsal ended." error={state.is === 'failed' ? state.error : null} onSubmit={ask}>
        <div className="form-grid">
          <ChoiceField<Which> label="Requests" path="last" value={which} options={WHICH} onChange={setWhich} />
          <TextField
            label="Of one client"
            path="client_ids"
            placeholder="all clients"
            isMono
            value={client}
            onChange={setClient}
          />
          <ChoiceField<Source>
            label="Told as in"
            path="source"
            value={source}
            options={[
              ['any', 'Recordings, else logs'],
              ['recordings', 'Recordings'],
              ['logs', 'Logs'],
            ]}
            onChange={setSource}
          />
          <ChoiceField<RehearsalNetwork>
            label="Network"
            path="network"
            value={network}
            options={[
              ['refused', 'Refused'],
              ['recorded', 'Recorded: go out once, same answers'],
              ['live', 'Live: requests go out, of both revisions'],
            ]}
            onChange={setNetwork}
          />
        </div>
        {report !== undefined && <Report report={report} is={state.is} />}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
          {state.is === 'running' ? (
            <button type="button" className="button primary" onClick={stop}>
              Stop
            </button>
          ) : (
            <button type="submit" className="button primary">
              {state.is === 'ready' ? 'Rehearse' : 'Once more'}
            </button>
          )}
        </div>
      </Form>
      {state.is === 'running' && report === undefined && (
        <p className="hint" role="status">
          The first requests run…
        </p>
      )}
    </Dialog>
  );
}

function chosen(which: Which): Pick<AskRehearsal, 'last' | 'since'> {
  if (!which.endsWith('h')) return { last: Number(which) };
  return { last: MOST, since: new Date(Date.now() - Number.parseInt(which, 10) * HOUR_MS).toISOString() };
}

function Report({ report, is }: { report: RehearsalReport; is: string }) {
  const { source, requests, differing, not_run, network, network_refused, varying, groups, others } = report;
  if (is === 'done' && requests + not_run === 0) {
    return (
      <div className="empty" role="status">
        <h2>There is no such request to repeat</h2>
        <p>
          Nobody asked for a token in that time, or the logs and recordings of it are gone. Ask for one, or choose more
          requests. <Link href="/recordings">Recordings</Link> keep what hooks are told.
        </p>
      </div>
    );
  }
  const notes = [
    ...(source === 'logs'
      ? ['Logs have no parameters of requests: those of a sample were told, and the clients as they are now.']
      : []),
    ...(network_refused > 0
      ? [
          network === 'recorded'
            ? `${counted(network_refused, 'request')} asked for what the deployed revision did not ask for: nothing answered.`
            : `${counted(network_refused, 'request')} asked for the network, which was refused, to both.`,
        ]
      : []),
    ...(not_run > 0
      ? [
          `${counted(not_run, 'request')} could not be repeated: the client is gone, there was no place, or an answer was not recorded.`,
        ]
      : []),
    ...(varying.length > 0 ? [`Not compared, since they differ each time: ${varying.map(shown).join(', ')}`] : []),
  ];
  return (
    <>
      <p role="status">
        <strong>
          {differing.toLocaleString()} of {requests.toLocaleString()} differ
        </strong>{' '}
        · by {source}, network {network}
        {is === 'running' && ' · more run…'}
        {is === 'stopped' && ' · stopped'}
      </p>
      {notes.length > 0 && (
        <ul className="hint breaks">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {groups.length > 0 ? (
        <DifferenceReport
          groups={groups}
          others={others}
          addressOf={({ id }) => (source === 'logs' ? `/tokens/${id}` : `/recordings?show=${id}`)}
        />
      ) : (
        is === 'done' && <p>{requests > 0 ? 'No client would notice a difference.' : 'Nothing was compared.'}</p>
      )}
    </>
  );
}
