import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { changeLogsQuery, type ChangeLog } from '../../api/activity.ts';
import { useMay } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { ShowMore } from '../../parts/show-more.tsx';
import { Table } from '../../parts/table.tsx';
import { shown } from '../../words/shown.ts';
import { ago, atTime } from '../../words/time.ts';
import { nameOf, whoOf } from './place-of.ts';

/** Who changed what of the configuration, and who signed in. */
export default function ActivityPage() {
  useTitle('Activity');
  const { may, reason } = useMay('read:logs');
  return (
    <div className="page">
      <div className="page-head">
        <h1>Activity</h1>
        <p>
          Every change of the configuration, by a person here or by a client of the Management API, the newest first.
        </p>
      </div>
      {may ? <Changes /> : <p className="hint">{reason}</p>}
    </div>
  );
}

function Changes() {
  const pages = useInfiniteQuery(changeLogsQuery);
  if (pages.isError) {
    return <Failure what="The changes could not be read." error={pages.error} onRetry={() => void pages.refetch()} />;
  }
  if (pages.isPending) return <Loading what="changes" />;
  const logs = pages.data.pages.flat();
  if (logs.length === 0) {
    return (
      <div className="empty">
        <h2>Nothing was changed yet</h2>
        <p>A hook that is saved, a client that is made, a key that is rotated: each is here, with who did it.</p>
      </div>
    );
  }
  return (
    <>
      <ChangeTable logs={logs} />
      <ShowMore pages={pages} listed={logs.length} label="Show older" />
    </>
  );
}

const ChangeTable = ({ logs }: { logs: readonly ChangeLog[] }) => (
  <Table columns={['When', 'Who', 'What', { text: 'Of', look: 'wide-only' }]}>
    {logs.map((log) => (
      <tr key={log.log_id}>
        <td className="number" title={atTime(log.date)}>
          {ago(log.date)}
        </td>
        <td className="cut" title={log.user_id ?? log.client_id}>
          {shown(whoOf(log))}
        </td>
        <td>
          <Link className="row-link" href={`/activity/${log.log_id}`}>
            {shown(log.description)}
          </Link>
        </td>
        <td className="cut wide-only" title={log.details.document_id}>
          {shown(nameOf(log))}
        </td>
      </tr>
    ))}
  </Table>
);
