import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { revokeKey, type SigningKey } from '../../api/keys.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTell } from '../../parts/toasts.tsx';

/** Characters of the key id that who revokes a key has read. */
const READ_CHARACTERS = 4;

/** Ends all tokens of a key that was replaced. */
export function RevokeKey({ signingKey: { kid }, onClose }: { signingKey: SigningKey; onClose: () => void }) {
  const [text, setText] = useState('');
  const queries = useQueryClient();
  const tell = useTell();
  const beginning = kid.slice(0, READ_CHARACTERS);
  const revoke = useMutation({
    mutationFn: () => revokeKey(kid),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['keys'] });
      tell(`${beginning}… is revoked`);
      onClose();
    },
  });
  return (
    <Dialog title={`Revoke ${beginning}…?`} onClose={onClose}>
      {revoke.isError && <Failure what="It was not revoked." error={revoke.error} />}
      <p>Tokens that it signed are refused by every verifier that reads the keys again. It cannot be taken back.</p>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          revoke.mutate();
        }}
      >
        <div className="field">
          <label htmlFor="kid">
            Write the first {READ_CHARACTERS} characters of <code>{kid}</code>
          </label>
          <input
            id="kid"
            type="text"
            className="mono"
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </div>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button danger" disabled={text !== beginning || revoke.isPending}>
            Revoke
          </button>
        </div>
      </form>
    </Dialog>
  );
}
