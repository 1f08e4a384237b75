import { Link } from 'wouter';
import { findingsOf, isIssued, type TokenLog } from '../../api/logs.ts';
import { shown } from '../../words/shown.ts';
import { atTime, clockTime, dayOf, milliseconds } from '../../words/time.ts';
import { Table } from '../../parts/table.tsx';

/** Token requests, newest first: who asked for what, and what became of it. */
export function TokenTable({ logs }: { logs: readonly TokenLog[] }) {
  const days = new Set(logs.map(({ date }) => dayOf(date)));
  return (
    <Table
      columns={[
        'Time',
        'Outcome',
        'Client',
        { text: 'API', look: 'wide-only' },
        { text: 'Scopes', look: 'wide-only' },
        { text: 'Shaped by', look: 'wide-only' },
        { text: 'Duration', look: 'end roomy-only' },
      ]}
    >
      {logs.map((log) => (
        <Row key={log.log_id} log={log} hasDay={days.size > 1} />
      ))}
    </Table>
  );
}

function Row({ log, hasDay }: { log: TokenLog; hasDay: boolean }) {
  const { log_id, date, client_name, client_id, audience = '', scope = '', details } = log;
  const findings = findingsOf(log);
  return (
    <tr>
      <td className="number" title={atTime(date)}>
        <Link className="row-link" href={`/tokens/${log_id}`}>
          {hasDay && `${dayOf(date)} `}
          {clockTime(date)}
        </Link>
      </td>
      <td>
        <OutcomeChip log={log} />
      </td>
      <td className="cut" title={client_id}>
        {shown(client_name ?? client_id ?? 'unknown')}
      </td>
      <td className="cut wide-only" title={audience}>
        {shown(audience)}
      </td>
      <td className="cut wide-only" title={scope}>
        {shown(scope)}
      </td>
      <td className="cut wide-only">
        {findings.map(({ name, outcome }) => (outcome === 'ok' ? shown(name) : `⚠ ${shown(name)}`)).join(', ')}
      </td>
      <td className="end number roomy-only">{milliseconds(details.duration_ms)}</td>
    </tr>
  );
}

/** A token, or the error of which there is none. */
export function OutcomeChip({ log }: { log: TokenLog }) {
  if (!isIssued(log)) return <span className="chip bad">✕ {shown(log.details.error?.code ?? 'refused')}</span>;
  const isUnshaped = findingsOf(log).some(({ unmodified }) => unmodified === true);
  return isUnshaped ? (
    <span className="chip warn">⚠ issued unshaped</span>
  ) : (
    <span className="chip good">✓ issued</span>
  );
}
