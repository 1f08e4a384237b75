import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { changesQuery, figuresQuery, RANGES, type Change, type Range, type TokenStats } from '../../api/figures.ts';
import { useMay } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { Choices } from '../../parts/choices.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Table } from '../../parts/table.tsx';
import { shown } from '../../words/shown.ts';
import { ago, atTime } from '../../words/time.ts';
import { Groups } from './groups.tsx';
import { CountsPlot, DurationsPlot, inWords } from './plots.tsx';
import { refusedOf } from './refused.ts';
import { StepTable } from './step-table.tsx';

const OPTIONS = (Object.keys(RANGES) as Range[]).map((value) => ({ value, label: RANGES[value].label }));

/** How many tokens, how many refusals, how long they took, and what was deployed meanwhile. */
export default function FiguresPage() {
  useTitle('Figures');
  const { may, reason } = useMay('read:logs');
  const [, go] = useLocation();
  const asked = new URLSearchParams(useSearch()).get('range') ?? '';
  const range: Range = asked in RANGES ? (asked as Range) : 'hour';
  return (
    <div className="page">
      <div className="page-head">
        <h1>Figures</h1>
        <div className="page-actions">
          <Choices
            label="Range"
            options={OPTIONS}
            value={range}
            onChange={(to) => go(`/figures?range=${to}`, { replace: true })}
          />
        </div>
        <p>Tokens, refusals and how long they took; a dashed line is a change of what shapes tokens.</p>
      </div>
      {may ? <Read range={range} /> : <p className="hint">{reason}</p>}
    </div>
  );
}

function Read({ range }: { range: Range }) {
  const figures = useQuery({ ...figuresQuery(range), placeholderData: keepPreviousData });
  const changes = useQuery({ ...changesQuery(range), placeholderData: keepPreviousData });
  const error = figures.error ?? changes.error;
  if (error !== null) {
    const retry = (): void => void Promise.all([figures.refetch(), changes.refetch()]);
    return <Failure what="The figures could not be read." error={error} onRetry={retry} />;
  }
  if (figures.data === undefined || changes.data === undefined) return <Loading what="figures" />;
  return <Shown stats={figures.data} changes={changes.data} range={range} />;
}

function Shown({ stats, changes, range }: { stats: TokenStats; changes: readonly Change[]; range: Range }) {
  const [, go] = useLocation();
  const [isTable, setTable] = useState(false);
  const { total, step_seconds } = stats;
  const open = (startMs: number): void => go(requestsOf(startMs, step_seconds));
  const times = changes.map(({ at }) => at).filter((at) => at >= stats.from && at < stats.to);
  return (
    <>
      <dl className="totals number">
        {(
          [
            ['issued', total.issued.toLocaleString()],
            ['refused or failed', refusedOf(total).toLocaleString()],
            ['p50', inWords(total.p50_ms)],
            ['p99', inWords(total.p99_ms)],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <section className="card" aria-label="Plots">
        <CountsPlot stats={stats} changes={times} onStep={open} />
        <DurationsPlot stats={stats} changes={times} onStep={open} />
        <div className="row">
          <p className="legend hint">
            <span className="legend-issued">issued</span> <span className="legend-refused">refused or failed</span>{' '}
            <span className="legend-p50">p50</span> <span className="legend-p99">p99</span>{' '}
            <span className="legend-change">change</span>
          </p>
          <button type="button" className="button small" aria-expanded={isTable} onClick={() => setTable(!isTable)}>
            {isTable ? 'Hide the table' : 'Show as a table'}
          </button>
        </div>
        {isTable && <StepTable stats={stats} addressOf={(iso) => requestsOf(Date.parse(iso), step_seconds)} />}
      </section>
      <Groups range={range} />
      <section className="card" aria-labelledby="changes">
        <h2 id="changes">What was changed</h2>
        {changes.length === 0 ? (
          <p>No hook and no Action was deployed, enabled or bound.</p>
        ) : (
          <Table columns={['When', 'What', { text: 'By', look: 'roomy-only' }]}>
            {changes.map(({ log_id, at, what, who, program }) => (
              <tr key={log_id}>
                <td className="number" title={atTime(at)}>
                  {ago(at)}
                </td>
                <td className="breaks">
                  {program === undefined ? shown(what) : <Link href={program}>{shown(what)}</Link>}
                </td>
                <td className="roomy-only breaks">{shown(who)}</td>
              </tr>
            ))}
          </Table>
        )}
      </section>
    </>
  );
}

/** The requests of a step. */
function requestsOf(startMs: number, stepSeconds: number): string {
  const [from, to] = [startMs, startMs + stepSeconds * 1_000].map((ms) => new Date(ms).toISOString()) as [
    string,
    string,
  ];
  return `/tokens?${new URLSearchParams({ from, to }).toString()}`;
}
