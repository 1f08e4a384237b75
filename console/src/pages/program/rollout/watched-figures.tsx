import type { Bounds, Gradual } from '../../../api/changes.ts';
import { Table } from '../../../parts/table.tsx';
import { milliseconds } from '../../../words/time.ts';

type Figures = NonNullable<Gradual['figures']>;
type Runs = Figures['gradual'];

/** A bound that is never crossed. */
const OFF = { percent: 100, ratio: 1_000 };
const ROWS = [
  ['errors', 'Failed', 'errors_percent'],
  ['denials', 'Denied', 'denials_percent'],
  ['dropped', 'With something dropped', 'dropped_percent'],
] as const;

/** What became of the runs of both revisions in the same minute, and where the new one returns. */
export function WatchedFigures({
  name,
  figures: { deployed, gradual },
  bounds,
  isOver,
}: {
  /** Of the new revision. */
  name: string;
  figures: Figures;
  bounds: Bounds;
  isOver: boolean;
}) {
  return (
    <Table
      columns={[
        isOver ? 'Its last minute' : 'Last minute',
        { text: 'Deployed', look: 'end' },
        { text: name, look: 'end' },
        { text: 'Returns at', look: 'end roomy-only' },
      ]}
    >
      <tr>
        <td>Runs</td>
        <td className="end number">{deployed.runs.toLocaleString()}</td>
        <td className="end number">{gradual.runs.toLocaleString()}</td>
        <td className="end roomy-only" />
      </tr>
      {ROWS.map(([figure, words, bound]) => (
        <tr key={figure}>
          <td>{words}</td>
          <td className="end number">
            <Share runs={deployed} figure={figure} />
          </td>
          <td className="end number">
            <Share runs={gradual} figure={figure} />
          </td>
          <td className="end number hint roomy-only">
            {bounds[bound] >= OFF.percent
              ? 'never'
              : `${String(bounds[bound])} ${bounds[bound] === 1 ? 'point' : 'points'} more`}
          </td>
        </tr>
      ))}
      <tr>
        <td>99 % took up to</td>
        <td className="end number">{took(deployed)}</td>
        <td className="end number">{took(gradual)}</td>
        <td className="end number hint roomy-only">
          {bounds.p99_ratio >= OFF.ratio ? 'never' : `${String(bounds.p99_ratio)} times`}
        </td>
      </tr>
    </Table>
  );
}

function Share({ runs, figure }: { runs: Runs; figure: 'errors' | 'denials' | 'dropped' }) {
  const count = runs[figure];
  if (count === 0 || runs.runs === 0) return count;
  const percent = Math.round((count / runs.runs) * 1_000) / 10;
  return (
    <>
      {count.toLocaleString()}
      <span className="roomy-only"> · {percent} %</span>
    </>
  );
}

const took = ({ p99_ms }: Runs): string => (p99_ms === null ? '–' : milliseconds(p99_ms));
