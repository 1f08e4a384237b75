import { Link } from 'wouter';
import type { TokenStats } from '../../api/figures.ts';
import { Table } from '../../parts/table.tsx';
import { shown } from '../../words/shown.ts';
import { dayOf, hourAndMinute } from '../../words/time.ts';
import { inWords } from './plots.tsx';
import { refusedOf } from './refused.ts';

const END = 'end number';

/** What is in the plots, newest first, each step with the way to its requests. */
export const StepTable = ({ stats, addressOf }: { stats: TokenStats; addressOf: (iso: string) => string }) => (
  <Table
    columns={[
      'From',
      { text: 'Issued', look: 'end' },
      { text: 'Refused', look: 'end' },
      { text: 'p50', look: 'end roomy-only' },
      { text: 'p99', look: 'end' },
      { text: 'Errors', look: 'wide-only' },
    ]}
  >
    {stats.points.toReversed().map((point) => (
      <tr key={point.at}>
        <td className="number">
          <Link className="row-link" href={addressOf(point.at)}>
            {dayOf(point.at)}, {hourAndMinute(point.at)}
          </Link>
        </td>
        <td className={END}>{point.issued.toLocaleString()}</td>
        <td className={END}>{refusedOf(point).toLocaleString()}</td>
        <td className={`${END} roomy-only`}>{inWords(point.p50_ms)}</td>
        <td className={END}>{inWords(point.p99_ms)}</td>
        <td className="wide-only breaks">
          {Object.entries(point.errors)
            .map(([code, count]) => `${shown(code)} ${count.toLocaleString()}`)
            .join(', ')}
        </td>
      </tr>
    ))}
  </Table>
);
