import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { changeLogQuery, type ChangeLog } from '../../api/activity.ts';
import { Difference } from '../../editor/difference.tsx';
import { useTitle } from '../../frame/title.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { Facts } from '../../parts/facts.tsx';
import { ReadPage } from '../../parts/read-page.tsx';
import { shown } from '../../words/shown.ts';
import { atTime } from '../../words/time.ts';
import { nameOf, placeOf, whoOf } from './place-of.ts';

/** One change: who, from where, and what is another now. */
export default function ChangePage({ id }: { id: string }) {
  const log = useQuery(changeLogQuery(id));
  useTitle('Change', 'Activity');
  return (
    <ReadPage what="the change" query={log}>
      {(opened) => <Change log={opened} />}
    </ReadPage>
  );
}

function Change({ log }: { log: ChangeLog }) {
  const { description, date, ip, user_agent, user_id, client_id, details } = log;
  const { request, response, before, after, correlation_id } = details;
  const place = placeOf(log);
  return (
    <div className="page">
      <div className="page-head">
        <p>
          <Link href="/activity">All changes</Link>
        </p>
        <h1>{shown(description)}</h1>
        {place !== undefined && (
          <div className="page-actions">
            <Link className="button" href={place}>
              Open {shown(nameOf(log))}
            </Link>
          </div>
        )}
      </div>
      {details.outcome === 'unknown' && (
        <p className="hint">⚠ Nobody knows whether it is in effect: the servers did not say so in time.</p>
      )}
      <section className="card" aria-labelledby="who">
        <h2 id="who">Who</h2>
        <Facts
          facts={[
            ['By', shown(whoOf(log))],
            ['Known as', <CopyText text={user_id ?? client_id ?? ''} what="id of who did it" />],
            ['Time', <time dateTime={date}>{atTime(date)}</time>],
            ['From', ip === undefined ? undefined : shown(ip)],
            ['Agent', user_agent === undefined ? undefined : shown(user_agent)],
            [
              'Request',
              <code>
                {shown(`${request.method.toUpperCase()} ${request.path}`)} {response.statusCode}
              </code>,
            ],
            [
              'Correlation id',
              correlation_id === undefined ? undefined : <CopyText text={correlation_id} what="correlation id" />,
            ],
          ]}
        />
      </section>
      <section className="card" aria-labelledby="change">
        <h2 id="change">{before === null ? 'What was made' : after === null ? 'What was deleted' : 'What changed'}</h2>
        <p className="hint">As the Management API shows it: without secrets, and without the ends of long texts.</p>
        <Difference {...differenceOf(before, after)} label="The change" />
      </section>
    </div>
  );
}

/** Texts of both; of what was made, or is gone, the one that there is. */
function differenceOf(before: unknown, after: unknown): { before?: string; after: string } {
  const text = (value: unknown): string => JSON.stringify(value, null, 2);
  return before === null || after === null
    ? { after: text(after ?? before) }
    : { before: text(before), after: text(after) };
}
