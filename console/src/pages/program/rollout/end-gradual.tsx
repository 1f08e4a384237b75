import { useMutation, useQueryClient } from '@tanstack/react-query';
import { endGradual, type Gradual } from '../../../api/changes.ts';
import type { Program } from '../../../api/programs.ts';
import { Dialog } from '../../../parts/dialog.tsx';
import { Failure } from '../../../parts/failure.tsx';
import { useTell } from '../../../parts/toasts.tsx';
import { shown } from '../../../words/shown.ts';

/** To all clients, or back to what is deployed. */
export function EndGradual({
  program,
  gradual: { id, number },
  way,
  onClose,
}: {
  program: Program;
  gradual: Gradual;
  way: 'promote' | 'return';
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const tell = useTell();
  const name = number === null ? 'It' : `r${String(number)}`;
  const end = useMutation({
    mutationFn: () => endGradual(program.id, way, id),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['hooks'] });
      tell(way === 'promote' ? `${name} is deployed to all clients` : `${name} shapes no more tokens`);
      onClose();
    },
  });
  return (
    <Dialog
      title={
        way === 'promote'
          ? `Promote ${shown(program.name)} ${name} to all clients?`
          : `Return ${shown(program.name)} to what is deployed?`
      }
      onClose={onClose}
    >
      {end.isError && <Failure what="Nothing was changed." error={end.error} />}
      <p>
        {way === 'promote'
          ? 'The next token of every client is shaped by it. What was deployed stays in the revisions.'
          : `${name} shapes no more tokens from the next one on; it stays in the revisions.`}
      </p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className={way === 'promote' ? 'button primary' : 'button danger'}
          disabled={end.isPending}
          onClick={() => end.mutate()}
        >
          {way === 'promote' ? 'Promote' : 'Return'}
        </button>
      </div>
    </Dialog>
  );
}
