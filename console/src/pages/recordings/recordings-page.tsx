import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import {
  changeRecording,
  readRecording,
  recordingSettingsQuery,
  recordingsQuery,
  type RecordingEntry,
} from '../../api/recordings.ts';
import { useMay } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { Facts } from '../../parts/facts.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { SearchBox } from '../../parts/search-box.tsx';
import { ShowMore } from '../../parts/show-more.tsx';
import { Table } from '../../parts/table.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { counted } from '../../words/differences.ts';
import { shown } from '../../words/shown.ts';
import { ago, atTime } from '../../words/time.ts';
import { DeleteRecordings } from './delete-recordings.tsx';
import { EditRecording } from './edit-recording.tsx';
import { ShowRecording } from './show-recording.tsx';

/** What is kept of the requests that hooks shape, so that other revisions are rehearsed with what really came. */
export default function RecordingsPage() {
  useTitle('Recordings');
  const { may, reason } = useMay('read:hook_recordings');
  return (
    <div className="page">
      <div className="page-head">
        <h1>Recordings</h1>
        <p>
          Of a share of the requests that hooks shape: what hooks are told, without credentials. Rehearsals repeat them
          exactly, where logs have no parameters. They are sealed where they are kept, and go when their client is
          deleted.
        </p>
      </div>
      <Settings />
      {may ? <Recordings /> : <p className="hint">{reason}</p>}
    </div>
  );
}

function Settings() {
  const { may: mayRead, reason: reasonOfRead } = useMay('read:tenant_settings');
  const { may, reason } = useMay('update:tenant_settings');
  const [isEditing, setEditing] = useState(false);
  const settings = useQuery({ ...recordingSettingsQuery, enabled: mayRead });
  const queries = useQueryClient();
  const tell = useTell();
  const off = useMutation({
    // A colleague may have changed the rest since this page was read.
    mutationFn: async () => changeRecording({ ...(await readRecording()), percent: 0 }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['recordings'] });
      tell('Nothing is recorded from now on');
    },
  });
  if (!mayRead) return <p className="hint">{reasonOfRead}</p>;
  if (settings.isError) return <Failure what="The settings could not be read." error={settings.error} />;
  if (settings.data === undefined) return <Loading what="the settings" />;
  const now = settings.data;
  const isOn = now.percent > 0;
  return (
    <section className="card" aria-labelledby="recording">
      <div className="card-top">
        <h2 id="recording">
          {isOn ? `● ${String(now.percent)} % of the requests are recorded` : '○ Nothing is recorded'}
        </h2>
        <div className="row">
          {isOn && (
            <button
              type="button"
              className="button"
              disabled={!may || off.isPending}
              title={reason}
              onClick={() => off.mutate()}
            >
              Stop
            </button>
          )}
          <button
            type="button"
            className={isOn ? 'button' : 'button primary'}
            disabled={!may}
            title={reason}
            onClick={() => setEditing(true)}
          >
            {isOn ? 'Change…' : 'Record…'}
          </button>
        </div>
      </div>
      {off.isError && <Failure what="Requests are still recorded." error={off.error} />}
      <Facts
        facts={[
          [
            'Kept',
            `up to ${now.max_mib.toLocaleString()} MiB and ${now.max_hours.toLocaleString()} hours; the oldest go first`,
          ],
          ['Left out always', 'credentials of clients, and what is named like one'],
          ['Of bodies', namesIn(now.redact_body)],
          ['Of metadata', namesIn(now.redact_metadata)],
          ['Of claims', namesIn(now.redact_claims)],
        ]}
      />
      {isEditing && <EditRecording now={now} onClose={() => setEditing(false)} />}
    </section>
  );
}

const namesIn = (names: readonly string[]): string =>
  names.length === 0 ? 'nothing more is left out' : shown(names.join(', '));

function Recordings() {
  const [, go] = useLocation();
  const asked = new URLSearchParams(useSearch());
  const client = asked.get('client') ?? '';
  const shownId = asked.get('show');
  const [isDeleting, setDeleting] = useState(false);
  const mayDelete = useMay('delete:hook_recordings');
  const addressOf = (id: string | undefined, ofClient = client): string => {
    const given = new URLSearchParams({
      ...(ofClient === '' ? {} : { client: ofClient }),
      ...(id === undefined ? {} : { show: id }),
    });
    return given.size === 0 ? '/recordings' : `/recordings?${given.toString()}`;
  };
  const pages = useInfiniteQuery(recordingsQuery(client));
  const first = pages.data?.pages[0];
  const found = pages.data?.pages.flatMap(({ recordings }) => recordings) ?? [];
  return (
    <>
      <div className="search-row" role="search">
        <SearchBox
          label="Client id"
          value={client}
          onChange={(text) => go(addressOf(undefined, text), { replace: true })}
        />
        <button
          type="button"
          className="button danger"
          disabled={!mayDelete.may || found.length === 0}
          title={mayDelete.reason}
          onClick={() => setDeleting(true)}
        >
          {client === '' ? 'Delete all…' : 'Delete these…'}
        </button>
      </div>
      {pages.isError && (
        <Failure what="The recordings could not be read." error={pages.error} onRetry={() => void pages.refetch()} />
      )}
      {pages.isPending && <Loading what="recordings" />}
      {first !== undefined && found.length === 0 && <None client={client} />}
      {first !== undefined && found.length > 0 && (
        <div className="results">
          <p className="hint" role="status">
            {counted(first.total, 'recording')}, {sizeOf(first.bytes)}
            {first.oldest !== null && (
              <>
                , the oldest <span title={atTime(first.oldest)}>{ago(first.oldest)}</span>
              </>
            )}
          </p>
          <RecordingTable recordings={found} onShow={(id) => go(addressOf(id), { replace: true })} />
          <ShowMore pages={pages} listed={found.length} beyond="Write the id of a client to see its own." />
        </div>
      )}
      {isDeleting && <DeleteRecordings client={client} total={first?.total ?? 0} onClose={() => setDeleting(false)} />}
      {shownId !== null && <ShowRecording id={shownId} onClose={() => go(addressOf(undefined), { replace: true })} />}
    </>
  );
}

const None = ({ client }: { client: string }) =>
  client === '' ? (
    <div className="empty">
      <h2>No request is recorded yet</h2>
      <p>
        Say for what share of the requests with <strong>Record…</strong>; what comes from then on appears here, and
        rehearsals take it in the place of logs.
      </p>
    </div>
  ) : (
    <div className="empty">
      <h2>Nothing is recorded of that client</h2>
      <p>Its whole client id must be written; and only a share of the requests is recorded.</p>
    </div>
  );

const RecordingTable = ({
  recordings,
  onShow,
}: {
  recordings: readonly RecordingEntry[];
  onShow: (id: string) => void;
}) => (
  <Table
    columns={['Asked', 'Client', { text: 'API', look: 'wide-only' }, { text: 'Size', look: 'end roomy-only' }]}
    hasActions
  >
    {recordings.map(({ id, date, client_id, audience, bytes }) => (
      <tr key={id}>
        <td className="number" title={atTime(date)}>
          {ago(date)}
        </td>
        <td className="breaks">{shown(client_id)}</td>
        <td className="breaks wide-only">{shown(audience)}</td>
        <td className="end number roomy-only">{sizeOf(bytes)}</td>
        <td>
          <div className="row-actions">
            <button type="button" className="button plain small" onClick={() => onShow(id)}>
              Show
              <span className="hidden-text">
                {' '}
                the request of {shown(client_id)}, {ago(date)}
              </span>
            </button>
          </div>
        </td>
      </tr>
    ))}
  </Table>
);

const KIB = 1_024;
const MIB = 1_048_576;

const sizeOf = (bytes: number): string =>
  bytes < MIB ? `${(bytes / KIB).toFixed(1)} KiB` : `${(bytes / MIB).toFixed(1)} MiB`;
