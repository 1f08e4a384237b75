import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { deleteHook, type Hook } from '../../api/hooks.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { dropUnsaved } from './unsaved.ts';

/** Whoever deletes a hook writes its name: its history and secrets go with it. */
export function DeleteHook({ hook, onClose }: { hook: Hook; onClose: () => void }) {
  const [text, setText] = useState('');
  const [, go] = useLocation();
  const queries = useQueryClient();
  const tell = useTell();
  const remove = useMutation({
    mutationFn: () => deleteHook(hook.id),
    onSuccess: () => {
      dropUnsaved(hook.id);
      go('/hooks');
      queries.removeQueries({ queryKey: ['hooks', hook.id] });
      void queries.invalidateQueries({ queryKey: ['hooks'] });
      tell(`${hook.name} was deleted`);
    },
  });
  return (
    <Dialog title={`Delete ${hook.name}?`} onClose={onClose}>
      {remove.isError && <Failure what="Nothing was deleted." error={remove.error} />}
      <p>
        Its revisions, secrets and stored documents are gone for good.{hook.enabled && ' Tokens are shaped by it now.'}
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
          <button type="submit" className="button danger" disabled={text !== hook.name || remove.isPending}>
            Delete
          </button>
        </div>
      </form>
    </Dialog>
  );
}
