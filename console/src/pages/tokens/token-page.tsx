import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { findingsOf, isIssued, tokenLogQuery, type Finding, type TokenLog } from '../../api/logs.ts';
import { useSession } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { DroppedList } from '../../parts/dropped-list.tsx';
import { Facts } from '../../parts/facts.tsx';
import { ReadPage } from '../../parts/read-page.tsx';
import { ScopeList } from '../../parts/scope-list.tsx';
import { Table } from '../../parts/table.tsx';
import { shown } from '../../words/shown.ts';
import { atTime, clockTime, milliseconds } from '../../words/time.ts';
import { RunAgain } from './run-again.tsx';
import { OutcomeChip } from './token-table.tsx';

/** One request for a token: all that is kept of it. */
export default function TokenPage({ id }: { id: string }) {
  const log = useQuery(tokenLogQuery(id));
  useTitle('Request', 'Tokens');
  return (
    <ReadPage what="the request" query={log}>
      {(opened) => <Request log={opened} />}
    </ReadPage>
  );
}

function Request({ log }: { log: TokenLog }) {
  const { dropped = [] } = log.details;
  const findings = findingsOf(log);
  return (
    <div className="page">
      <div className="page-head">
        <p>
          <Link href="/tokens">All requests</Link>
        </p>
        <h1>
          {shown(log.client_name ?? log.client_id ?? 'An unknown client')}
          <span className="soft"> at {clockTime(log.date)}</span>
        </h1>
        <OutcomeChip log={log} />
      </div>
      {!isIssued(log) && <Refusal log={log} />}
      <div className="columns">
        <Asked log={log} />
        {isIssued(log) && <Token log={log} />}
      </div>
      {dropped.length > 0 && (
        <section className="card" aria-labelledby="dropped">
          <h2 id="dropped">Dropped</h2>
          <DroppedList dropped={dropped} />
        </section>
      )}
      {findings.length > 0 && <ShapedBy log={log} findings={findings} />}
    </div>
  );
}

function Refusal({ log: { details, description } }: { log: TokenLog }) {
  const { error, refusals } = details;
  return (
    <section className="card" aria-labelledby="refusal">
      <h2 id="refusal">Why there is no token</h2>
      <p>{shown(description)}</p>
      {error !== undefined && (
        <p className="hint">
          The client was answered{' '}
          <code>
            {error.status} {shown(error.code)}
          </code>
        </p>
      )}
      {refusals !== undefined && (
        <p className="hint">
          This stands for {refusals.toLocaleString()} more requests of the same address within a minute.
        </p>
      )}
    </section>
  );
}

const copied = (text: string | undefined, what: string): ReactNode =>
  text === undefined ? undefined : <CopyText text={text} what={what} />;

function Asked({ log }: { log: TokenLog }) {
  const { client_id, client_name, audience, ip, user_agent, date, details } = log;
  const { correlation_id, trace_id, duration_ms } = details;
  return (
    <section className="card" aria-labelledby="asked">
      <h2 id="asked">Request</h2>
      <Facts
        facts={[
          ['Client', client_name === undefined ? undefined : shown(client_name)],
          ['Client id', copied(client_id, 'client id')],
          ['API', audience === undefined ? undefined : shown(audience)],
          ['From', ip === undefined ? undefined : shown(ip)],
          ['Agent', user_agent === undefined ? undefined : shown(user_agent)],
          ['Time', <time dateTime={date}>{atTime(date)}</time>],
          ['Duration', milliseconds(duration_ms)],
          ['Correlation id', copied(correlation_id, 'correlation id')],
          ['Trace', trace_id === undefined ? undefined : <Trace id={trace_id} />],
        ]}
      />
    </section>
  );
}

/** Where traces are kept, when that is known. */
function Trace({ id }: { id: string }) {
  const { trace_url } = useSession();
  if (trace_url === null) return <CopyText text={id} what="trace id" />;
  return (
    <a href={trace_url.replace('{trace_id}', encodeURIComponent(id))} target="_blank" rel="noreferrer">
      <code>{shown(id)}</code>
    </a>
  );
}

function Token({ log: { scope = '', details } }: { log: TokenLog }) {
  const { scope_changes = { added: [], removed: [] }, custom_claims = [], access_token_jti, kid } = details;
  const scopes = scope.split(' ').filter((one) => one !== '');
  return (
    <section className="card" aria-labelledby="token">
      <h2 id="token">Token</h2>
      <Facts
        facts={[
          ['Scopes', <ScopeList scopes={scopes} changes={scope_changes} />],
          [
            'Custom claims',
            custom_claims.length === 0 ? (
              'none'
            ) : (
              <ul className="names">
                {custom_claims.map((name) => (
                  <li key={name}>
                    <code>{shown(name)}</code>
                  </li>
                ))}
              </ul>
            ),
          ],
          ['jti', copied(access_token_jti, 'jti')],
          ['Key', kid === undefined ? undefined : <code>{shown(kid)}</code>],
        ]}
      />
      <p className="hint">Of claims the names are kept, their values never, and the token itself neither.</p>
    </section>
  );
}

function ShapedBy({ log, findings }: { log: TokenLog; findings: readonly Finding[] }) {
  const { hook } = log.details;
  return (
    <section className="card" aria-labelledby="shaped-by">
      <h2 id="shaped-by">Shaped by</h2>
      <Table columns={['Code', 'How it ended', { text: 'CPU', look: 'end' }, { text: 'Time', look: 'end' }]}>
        {findings.map((finding) => (
          <tr key={finding.id}>
            <td>
              <Link className="row-link" href={addressOf(finding, finding === hook ? '/hooks' : '/actions')}>
                {shown(finding.name)}
              </Link>
            </td>
            <td>
              {OUTCOMES[finding.outcome] ?? shown(finding.outcome)}
              {finding.unmodified === true && '; the token went out without it'}
            </td>
            <td className="end number">{milliseconds(finding.cpu_ms)}</td>
            <td className="end number">{milliseconds(finding.wall_ms)}</td>
          </tr>
        ))}
      </Table>
      {hook !== undefined && log.audience !== undefined && <RunAgain hook={hook} logId={log.log_id} />}
    </section>
  );
}

/** The very code that ran. */
const addressOf = ({ id, revision }: Finding, path: string): string =>
  `${path}/${encodeURIComponent(id)}/revisions?revision=${encodeURIComponent(revision)}`;

const OUTCOMES: Readonly<Record<string, string>> = {
  ok: 'It ran',
  denied: 'It refused the token',
  threw: 'It threw an error',
  timed_out: 'Stopped at a limit of time',
  out_of_memory: 'Stopped at the limit of memory',
  bad_result: 'Its result cannot be used',
  unavailable: 'It could not be run',
};
