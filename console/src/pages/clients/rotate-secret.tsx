import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { rotateSecret } from '../../api/clients.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';

const DAY_SECONDS = 86_400;
const OVERLAPS = [
  [DAY_SECONDS, 'A day'],
  [7 * DAY_SECONDS, 'A week'],
  [3_600, 'An hour'],
  [0, 'None: it ends at once'],
] as const;

/** Gives a client another secret, which is shown this once; the one of before lives on for a while. */
export function RotateSecret({ clientId, name, onClose }: { clientId: string; name: string; onClose: () => void }) {
  const [overlapSeconds, setOverlapSeconds] = useState<number>(DAY_SECONDS);
  // Of no cache: the secret leaves with the dialog.
  const rotate = useMutation({ mutationFn: () => rotateSecret(clientId, overlapSeconds), gcTime: 0 });
  const secret = rotate.data?.client_secret;
  if (secret !== undefined) return <SecretOnce title="The new secret" secret={secret} onClose={onClose} />;
  return (
    <Dialog title={`Rotate the secret of ${name}?`} onClose={onClose}>
      {rotate.isError && <Failure what="The secret is as it was." error={rotate.error} />}
      <div className="field">
        <label htmlFor="overlap">The old one lives on for</label>
        <select id="overlap" value={overlapSeconds} onChange={({ target }) => setOverlapSeconds(Number(target.value))}>
          {OVERLAPS.map(([seconds, label]) => (
            <option key={seconds} value={seconds}>
              {label}
            </option>
          ))}
        </select>
        <span className="hint">Both secrets give tokens until then.</span>
      </div>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={rotate.isPending} onClick={() => rotate.mutate()}>
          Rotate
        </button>
      </div>
    </Dialog>
  );
}
