import { Link } from 'wouter';
import type { Program, RevisionEntry } from '../../api/programs.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Table } from '../../parts/table.tsx';
import { shown } from '../../words/shown.ts';
import type { RunDifference } from '../../words/run-differences.ts';
import { useRehearsal, type Rehearsed } from './use-rehearsal.ts';

/** What would be another for clients, before anything is deployed: their last requests, through both codes. */
export function RehearseDialog({
  program,
  deployed,
  code,
  onClose,
}: {
  program: Program;
  deployed: RevisionEntry;
  code: string;
  onClose: () => void;
}) {
  const { state, start, stop } = useRehearsal(program, deployed, code);
  return (
    <Dialog title={`Rehearse ${shown(program.name)}`} isWide onClose={onClose}>
      {state.is === 'ready' && (
        <p>
          The last twenty requests for tokens run once through what is deployed, and once through the code as it is
          written; one of each client first. No token is issued. Requests that the code makes are really made, by both.
        </p>
      )}
      {state.is === 'failed' && <Failure what="The rehearsal ended." error={state.error} />}
      {(state.is === 'running' || state.is === 'done' || state.is === 'stopped') && (
        <Outcome is={state.is} requests={state.requests} results={state.results} />
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
        {state.is === 'running' ? (
          <button type="button" className="button primary" onClick={stop}>
            Stop
          </button>
        ) : (
          <button type="button" className="button primary" onClick={start}>
            {state.is === 'ready' ? 'Rehearse' : 'Once more'}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function Outcome({
  is,
  requests,
  results,
}: {
  is: 'running' | 'done' | 'stopped';
  requests: number;
  results: readonly Rehearsed[];
}) {
  const different = results.filter(({ differences }) => differences.length > 0);
  if (requests === 0) return <p>No token was asked for yet, so there is nothing to compare.</p>;
  return (
    <>
      <p role="status">
        <strong>
          {different.length} of {results.length} differ
        </strong>
        {is === 'running' && ` · ${String(results.length)} of ${String(requests)} were run`}
        {is === 'stopped' && ` · stopped after ${String(results.length)} of ${String(requests)}`}
      </p>
      {different.length > 0 && (
        <>
          <DifferenceTable different={different} />
          <p className="hint">A claim that holds the time or a random value differs each time.</p>
        </>
      )}
      {is === 'done' && different.length === 0 && <p>No client would notice a difference.</p>}
    </>
  );
}

const DifferenceTable = ({ different }: { different: readonly Rehearsed[] }) => (
  <Table columns={['Client', { text: 'API', look: 'wide-only' }, 'What differs']}>
    {different.map(({ request: { log_id, client_name, client_id, audience }, differences }) => (
      <tr key={log_id}>
        <td className="cut" title={client_id}>
          <Link className="row-link" href={`/tokens/${log_id}`}>
            {shown(client_name ?? client_id)}
          </Link>
        </td>
        <td className="cut wide-only" title={audience}>
          {shown(audience)}
        </td>
        <td>
          <ul className="names">
            {differences.map((difference) => (
              <li key={`${difference.sign}${difference.what}`}>
                <DifferenceText difference={difference} />
              </li>
            ))}
          </ul>
        </td>
      </tr>
    ))}
  </Table>
);

const DifferenceText = ({ difference: { sign, what, value } }: { difference: RunDifference }) => (
  <>
    {sign} {shown(what)} {value !== undefined && <code>{shown(value)}</code>}
  </>
);
