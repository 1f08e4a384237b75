import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deploy, revisionQuery, type Hook, type RevisionEntry } from '../../api/hooks.ts';
import { Difference } from '../../editor/difference.tsx';
import { useMay } from '../../frame/signed-in.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { ago, atTime } from '../../words/time.ts';
import { whoWrote } from '../../words/who.ts';

/** What the hook was, newest first, and the way back. */
export function RevisionsTab({ hook, revisions }: { hook: Hook; revisions: readonly RevisionEntry[] }) {
  const { may, reason } = useMay('update:hooks');
  const [chosen, setChosen] = useState<RevisionEntry>();
  const current = revisions.find((entry) => entry.current);
  return (
    <div className="page">
      <div className="table-box">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Revision</th>
              <th scope="col">Status</th>
              <th scope="col">Written</th>
              <th scope="col">By</th>
              <th scope="col">
                <span className="hidden-text">What can be done</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {revisions.map((entry) => (
              <tr key={entry.revision}>
                <td className="number">r{entry.number}</td>
                <td>
                  {entry.current && <span className="chip good">● deployed</span>}
                  {entry.draft && <span className="chip warn">◐ draft</span>}
                </td>
                <td title={atTime(entry.created_at)}>{ago(entry.created_at)}</td>
                <td>{whoWrote(entry.created_by)}</td>
                <td>
                  <div className="row-actions">
                    <button
                      type="button"
                      className="button small"
                      disabled={!may || entry.current}
                      title={reason}
                      onClick={() => setChosen(entry)}
                    >
                      {current !== undefined && entry.number < current.number ? 'Roll back…' : 'Deploy…'}
                      <span className="hidden-text"> r{entry.number}</span>
                    </button>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {chosen !== undefined && (
        <DeployRevision hook={hook} current={current} chosen={chosen} onClose={() => setChosen(undefined)} />
      )}
    </div>
  );
}

function DeployRevision({
  hook,
  current,
  chosen,
  onClose,
}: {
  hook: Hook;
  current: RevisionEntry | undefined;
  chosen: RevisionEntry;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const tell = useTell();
  const revision = useQuery(revisionQuery(hook.id, chosen.revision));
  const change = useMutation({
    mutationFn: () => deploy(hook.id, chosen.revision, current?.revision),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['hooks'] });
      tell(`r${String(chosen.number)} is deployed`);
      onClose();
    },
  });
  return (
    <Dialog title={`Deploy r${String(chosen.number)} of ${hook.name}`} isWide onClose={onClose}>
      {change.isError && <Failure what="It was not deployed." error={change.error} />}
      {revision.data === undefined ? (
        <Loading what="the revision" />
      ) : hook.script === revision.data.script ? (
        <p className="hint">The code is the one that is deployed; what differs is in the settings.</p>
      ) : (
        <Difference
          before={hook.script ?? ''}
          after={revision.data.script}
          label={`r${String(chosen.number)} against what is deployed`}
        />
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={change.isPending} onClick={() => change.mutate()}>
          Deploy r{chosen.number}
        </button>
      </div>
    </Dialog>
  );
}
