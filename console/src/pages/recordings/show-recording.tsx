import { useQuery } from '@tanstack/react-query';
import { recordingQuery } from '../../api/recordings.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { shown } from '../../words/shown.ts';
import { atTime } from '../../words/time.ts';

/** One recorded request, as hooks were told of it. */
export function ShowRecording({ id, onClose }: { id: string; onClose: () => void }) {
  const recording = useQuery(recordingQuery(id));
  return (
    <Dialog title="A recorded request" isWide onClose={onClose}>
      {recording.isError && <Failure what="It could not be read." error={recording.error} />}
      {recording.isPending && <Loading what="the recording" />}
      {recording.data !== undefined && (
        <>
          <Facts
            facts={[
              ['Asked', atTime(recording.data.date)],
              ['Client', <code>{shown(recording.data.client_id)}</code>],
              ['API', <code>{shown(recording.data.audience)}</code>],
            ]}
          />
          {/* Whoever has no mouse scrolls it by keys. */}
          <pre className="recorded" tabIndex={0} aria-label="What hooks were told">
            {shown(JSON.stringify(recording.data.event, null, 2))}
          </pre>
          <p className="hint">That it was read, and by whom, is in Activity.</p>
        </>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
