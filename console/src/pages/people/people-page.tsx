import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { endSession, sessionsQuery, type ConsoleSession } from '../../api/people.ts';
import { useMay, useSession } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Table } from '../../parts/table.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { browserIn } from '../../words/browser.ts';
import { shown } from '../../words/shown.ts';
import { ago, atTime } from '../../words/time.ts';
import { EndSession } from './end-session.tsx';

/** Who is signed in to the console, in which browser. */
export default function PeoplePage() {
  useTitle('People');
  const sessions = useQuery(sessionsQuery);
  const queries = useQueryClient();
  const tell = useTell();
  const [ended, setEnded] = useState<ConsoleSession>();
  const end = useMutation({
    mutationFn: ({ id }: ConsoleSession) => endSession(id),
    onSuccess: async (_answer, { person }) => {
      await queries.invalidateQueries({ queryKey: ['sessions'] });
      setEnded(undefined);
      tell(`${shown(person.name)} is signed out there`);
    },
  });
  return (
    <div className="page">
      <div className="page-head">
        <h1>People</h1>
        <p>
          Who is signed in to the console now. A session lasts eight hours at most, and an hour without use; one that is
          ended here is over at its next click.
        </p>
      </div>
      {sessions.isError && (
        <Failure
          what="The sessions could not be read."
          error={sessions.error}
          onRetry={() => void sessions.refetch()}
        />
      )}
      {sessions.isPending && <Loading what="sessions" />}
      {sessions.data !== undefined && <SessionTable sessions={sessions.data} onEnd={setEnded} />}
      {ended !== undefined && (
        <EndSession
          session={ended}
          error={end.error}
          isEnding={end.isPending}
          onEnd={() => end.mutate(ended)}
          onClose={() => {
            end.reset();
            setEnded(undefined);
          }}
        />
      )}
    </div>
  );
}

const COLUMNS = [
  'Person',
  'May',
  { text: 'Signed in', look: 'wide-only' },
  { text: 'Last seen', look: 'roomy-only' },
  { text: 'Browser', look: 'wide-only' },
];

function SessionTable({
  sessions,
  onEnd,
}: {
  sessions: readonly ConsoleSession[];
  onEnd: (session: ConsoleSession) => void;
}) {
  const { id: own } = useSession();
  const { may, reason } = useMay('delete:console_sessions');
  return (
    <Table columns={COLUMNS} hasActions>
      {sessions.map((session) => (
        <tr key={session.id}>
          <td title={shown(session.person.id)}>
            {shown(session.person.name)} {session.id === own && <span className="chip">this browser</span>}
          </td>
          <td>{mayOf(session)}</td>
          <td className="wide-only" title={atTime(session.started_at)}>
            {ago(session.started_at)}
          </td>
          <td className="roomy-only" title={atTime(session.seen_at)}>
            {ago(session.seen_at)}
          </td>
          <td className="wide-only" title={shown(session.user_agent)}>
            {browserIn(session.user_agent)}
          </td>
          <td>
            <div className="row-actions">
              {session.id !== own && (
                <button
                  type="button"
                  className="button plain small"
                  disabled={!may}
                  title={reason}
                  onClick={() => onEnd(session)}
                >
                  End…<span className="hidden-text"> {shown(session.person.name)}</span>
                </button>
              )}
            </div>
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** "author, 2 scopes" */
function mayOf({ roles, scopes }: ConsoleSession): string {
  const own = scopes.length === 0 ? [] : [scopes.length === 1 ? scopes[0] : `${String(scopes.length)} scopes`];
  return [...roles, ...own].join(', ');
}
