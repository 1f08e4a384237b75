import { useMutation, useQueryClient } from '@tanstack/react-query';
import { isFailure } from '../../api/failure.ts';
import { rotateKeys } from '../../api/keys.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTell } from '../../parts/toasts.tsx';

/** The next keys sign from then on; when verifiers may not know them yet, who rotates all the same says so. */
export function RotateKeys({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const tell = useTell();
  const rotate = useMutation({
    mutationFn: (force: boolean) => rotateKeys(force),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['keys'] });
      tell('The next keys sign from now on');
      onClose();
    },
  });
  const isTooEarly = isFailure(rotate.error, 'signing_key_unpublished');
  return (
    <Dialog title="Rotate the keys?" onClose={onClose}>
      {rotate.isError && <Failure what="They were not rotated." error={rotate.error} />}
      <p>
        The next key of each algorithm signs from then on, and another becomes the next one. Tokens that were issued
        stay valid.
      </p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        {isTooEarly && (
          <button
            type="button"
            className="button danger"
            disabled={rotate.isPending}
            onClick={() => rotate.mutate(true)}
          >
            Rotate all the same
          </button>
        )}
        <button
          type="button"
          className="button primary"
          disabled={rotate.isPending || isTooEarly}
          onClick={() => rotate.mutate(false)}
        >
          {rotate.isPending ? 'Rotating…' : 'Rotate'}
        </button>
      </div>
    </Dialog>
  );
}
