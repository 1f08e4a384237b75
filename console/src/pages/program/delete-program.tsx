import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useProgramApi, type Program } from '../../api/programs.ts';
import { ConfirmByText } from '../../parts/confirm-by-text.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { dropUnsaved } from './unsaved.ts';

/** Whoever deletes a hook or an Action writes its name: its history and secrets go with it. */
export function DeleteProgram({ program, onClose }: { program: Program; onClose: () => void }) {
  const api = useProgramApi();
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
    <ConfirmByText
      title={`Delete ${program.name}?`}
      label="Write its name to delete it"
      text={program.name}
      verb="Delete"
      isBusy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {remove.isError && <Failure what="Nothing was deleted." error={remove.error} />}
      <p>
        Its revisions, secrets and stored documents are gone for good.
        {program.isActive && ' Tokens are shaped by it now.'}
      </p>
    </ConfirmByText>
  );
}
