import { useMutation, useQueryClient } from '@tanstack/react-query';
import { revokeKey, type SigningKey } from '../../api/keys.ts';
import { ConfirmByText } from '../../parts/confirm-by-text.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useTell } from '../../parts/toasts.tsx';

/** Characters of the key id that who revokes a key has read. */
const READ_CHARACTERS = 4;

/** Ends all tokens of a key that was replaced. */
export function RevokeKey({ signingKey: { kid }, onClose }: { signingKey: SigningKey; onClose: () => void }) {
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
    <ConfirmByText
      title={`Revoke ${beginning}…?`}
      label={
        <>
          Write the first {READ_CHARACTERS} characters of <code>{kid}</code>
        </>
      }
      text={beginning}
      verb="Revoke"
      isMono
      isBusy={revoke.isPending}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      {revoke.isError && <Failure what="It was not revoked." error={revoke.error} />}
      <p>Tokens that it signed are refused by every verifier that reads the keys again. It cannot be taken back.</p>
    </ConfirmByText>
  );
}
