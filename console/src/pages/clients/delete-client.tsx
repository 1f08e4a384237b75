import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { deleteClient } from '../../api/clients.ts';
import { ConfirmByText } from '../../parts/confirm-by-text.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTell } from '../../parts/toasts.tsx';

/** Whoever deletes a client writes its name: its secrets, keys and grants go with it. */
export function DeleteClient({ clientId, name, onClose }: { clientId: string; name: string; onClose: () => void }) {
  const [, go] = useLocation();
  const queries = useQueryClient();
  const tell = useTell();
  const remove = useMutation({
    mutationFn: () => deleteClient(clientId),
    onSuccess: () => {
      go('/clients');
      queries.removeQueries({ queryKey: ['clients', clientId] });
      for (const queryKey of [['clients'], ['grants']]) void queries.invalidateQueries({ queryKey });
      tell(`${name} was deleted`);
    },
  });
  return (
    <ConfirmByText
      title={`Delete ${name}?`}
      label="Write its name to delete it"
      text={name}
      verb="Delete"
      isBusy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {remove.isError && <Failure what="Nothing was deleted." error={remove.error} />}
      <p>
        It gets no token any more; its grants, secrets and keys are gone for good. Tokens that it has stay valid until
        they expire.
      </p>
    </ConfirmByText>
  );
}
