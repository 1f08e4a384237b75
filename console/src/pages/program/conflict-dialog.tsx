import { useQuery } from '@tanstack/react-query';
import { useProgramApi, type RevisionEntry } from '../../api/programs.ts';
import { Difference } from '../../editor/difference.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Loading } from '../../parts/loading.tsx';
import { ago } from '../../words/time.ts';
import { whoWrote } from '../../words/who.ts';

/** Somebody saved after the author began: nothing is written before the author has chosen. */
export function ConflictDialog({
  id,
  theirs,
  mine,
  onTakeTheirs,
  onSaveMine,
  onClose,
}: {
  id: string;
  theirs: RevisionEntry;
  mine: string;
  onTakeTheirs: (code: string) => void;
  onSaveMine: () => void;
  onClose: () => void;
}) {
  const api = useProgramApi();
  const revision = useQuery(api.revision(id, theirs));
  return (
    <Dialog title="Somebody else saved first" isWide onClose={onClose}>
      <p>
        {api.prefix}
        {theirs.number} was saved {ago(theirs.created_at)}
        {theirs.created_by == null ? '' : ` by ${whoWrote(theirs.created_by)}`}, after you began. This is how your text
        differs from it.
      </p>
      {revision.data === undefined ? (
        <Loading what="their revision" />
      ) : (
        <Difference before={revision.data.script} after={mine} label="Your text against theirs" />
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Decide later
        </button>
        <button
          type="button"
          className="button"
          disabled={revision.data === undefined}
          onClick={() => onTakeTheirs(revision.data?.script ?? '')}
        >
          Take theirs
        </button>
        <button type="button" className="button primary" onClick={onSaveMine}>
          Save mine as a draft
        </button>
      </div>
    </Dialog>
  );
}
