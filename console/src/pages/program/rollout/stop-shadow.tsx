import { useMutation, useQueryClient } from '@tanstack/react-query';
import { stopShadow } from '../../../api/changes.ts';
import type { Program } from '../../../api/programs.ts';
import { Dialog } from '../../../parts/dialog.tsx';
import { Failure } from '../../../parts/failure.tsx';
import { useTell } from '../../../parts/toasts.tsx';
import { shown } from '../../../words/shown.ts';

/** Its report goes with it. */
export function StopShadow({ program, onClose }: { program: Program; onClose: () => void }) {
  const queries = useQueryClient();
  const tell = useTell();
  const stop = useMutation({
    mutationFn: () => stopShadow(program.id),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['hooks', program.id, 'revisions'] });
      queries.removeQueries({ queryKey: ['hooks', program.id, 'shadow'] });
      tell('The shadow runs no more');
      onClose();
    },
  });
  return (
    <Dialog title={`Stop the shadow of ${shown(program.name)}?`} onClose={onClose}>
      {stop.isError && <Failure what="It goes on." error={stop.error} />}
      <p>Its report is gone then. No token was shaped by it.</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={stop.isPending} onClick={() => stop.mutate()}>
          Stop
        </button>
      </div>
    </Dialog>
  );
}
