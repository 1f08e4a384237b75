import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useProgramApi, type Program } from '../../api/programs.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { dropUnsaved } from './unsaved.ts';

/** Whoever deletes a hook or an Action writes its name: its history and secrets go with it. */
export function DeleteProgram({ program, onClose }: { program: Program; onClose: () => void }) {
  const api = useProgramApi();
  const [text, setText] = useState('');
  const [, go] = useLocation();
  const queries = useQueryClient();
  const tell = useTell();
  const remove = useMutation({
    mutationFn: () => api.remove(program.id),
    onSuccess: () => {
      dropUnsaved(program.id);
      go(api.path);
      queries.removeQueries({ queryKey: [api.key, program.id] });
      void queries.invalidateQueries({ queryKey: [api.key] });
      tell(`${program.name} was deleted`);
    },
  });
  return (
    <Dialog title={`Delete ${program.name}?`} onClose={onClose}>
      {remove.isError && <Failure what="Nothing was deleted." error={remove.error} />}
      <p>
        Its revisions, secrets and stored documents are gone for good.
        {program.isActive && ' Tokens are shaped by it now.'}
      </p>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          remove.mutate();
        }}
      >
        <div className="field">
          <label htmlFor="delete-name">Write its name to delete it</label>
          <input
            id="delete-name"
            type="text"
            autoComplete="off"
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </div>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button danger" disabled={text !== program.name || remove.isPending}>
            Delete
          </button>
        </div>
      </form>
    </Dialog>
  );
}
