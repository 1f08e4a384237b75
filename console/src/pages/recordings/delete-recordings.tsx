import { useMutation, useQueryClient } from '@tanstack/react-query';
import { deleteRecordings } from '../../api/recordings.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { counted } from '../../words/differences.ts';
import { shown } from '../../words/shown.ts';

/** Of all clients, or of one. */
export function DeleteRecordings({ client, total, onClose }: { client: string; total: number; onClose: () => void }) {
  const queries = useQueryClient();
  const tell = useTell();
  const remove = useMutation({
    mutationFn: () => deleteRecordings(client),
    onSuccess: async () => {
      // What was read of them is kept apart.
      queries.removeQueries({ queryKey: ['recording'] });
      await queries.invalidateQueries({ queryKey: ['recordings'] });
      tell('The recordings are deleted');
      onClose();
    },
  });
  return (
    <Dialog
      title={client === '' ? 'Delete all recordings?' : `Delete the recordings of ${shown(client)}?`}
      onClose={onClose}
    >
      {remove.isError && <Failure what="Not all were deleted." error={remove.error} />}
      <p>{counted(total, 'recording')} go, for good. What is recorded from now on is not stopped by it.</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}
