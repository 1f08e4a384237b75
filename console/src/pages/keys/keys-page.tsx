import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { keysQuery, type SigningKey } from '../../api/keys.ts';
import { useMay, useSession } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Table } from '../../parts/table.tsx';
import { ago, atTime } from '../../words/time.ts';
import { RevokeKey } from './revoke-key.tsx';
import { RotateKeys } from './rotate-keys.tsx';

const TO_ROTATE = ['create:signing_keys', 'update:signing_keys'];

/** The keys that tokens are signed with: those to come, those of now, and those of before. */
export default function KeysPage() {
  useTitle('Keys');
  const keys = useQuery(keysQuery);
  const { scopes } = useSession();
  const missing = TO_ROTATE.filter((scope) => !scopes.includes(scope));
  const [isRotating, setRotating] = useState(false);
  const [revoked, setRevoked] = useState<SigningKey>();
  return (
    <div className="page">
      <div className="page-head">
        <h1>Keys</h1>
        <div className="page-actions">
          <button
            type="button"
            className="button primary"
            disabled={missing.length > 0}
            title={missing.length > 0 ? `Needs ${missing.join(', ')}` : undefined}
            onClick={() => setRotating(true)}
          >
            Rotate…
          </button>
        </div>
        <p>
          Each algorithm has a key that signs now and the next one, which is published before it signs. Tokens of a
          previous key stay valid until they expire, or the key is revoked.
        </p>
      </div>
      {keys.isError && (
        <Failure what="The keys could not be read." error={keys.error} onRetry={() => void keys.refetch()} />
      )}
      {keys.isPending && <Loading what="keys" />}
      {keys.data !== undefined && <KeyTable keys={keys.data} onRevoke={setRevoked} />}
      {isRotating && <RotateKeys onClose={() => setRotating(false)} />}
      {revoked !== undefined && <RevokeKey signingKey={revoked} onClose={() => setRevoked(undefined)} />}
    </div>
  );
}

/** In the order of their lives. */
const placeOf = ({ next, current, revoked }: SigningKey): number => (next ? 0 : current ? 1 : revoked ? 3 : 2);

function KeyTable({ keys, onRevoke }: { keys: readonly SigningKey[]; onRevoke: (key: SigningKey) => void }) {
  const { may, reason } = useMay('update:signing_keys');
  const sorted = [...keys].sort(
    (a, b) =>
      a.alg.localeCompare(b.alg) ||
      placeOf(a) - placeOf(b) ||
      (b.current_until ?? '').localeCompare(a.current_until ?? ''),
  );
  return (
    <Table columns={['Algorithm', 'Status', 'Key id', { text: 'When', look: 'wide-only' }]} hasActions>
      {sorted.map((key) => (
        <tr key={key.kid}>
          <td>{key.alg}</td>
          <td>
            <KeyStatus signingKey={key} />
          </td>
          <td>
            <CopyText text={key.kid} what={`key id ${key.kid.slice(0, 4)}`} />
          </td>
          <td className="wide-only">
            <When signingKey={key} />
          </td>
          <td>
            <div className="row-actions">
              {key.previous && !key.revoked && (
                <button
                  type="button"
                  className="button plain small"
                  disabled={!may}
                  title={reason}
                  onClick={() => onRevoke(key)}
                >
                  Revoke…<span className="hidden-text"> {key.kid.slice(0, 4)}</span>
                </button>
              )}
            </div>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function KeyStatus({ signingKey: { current, next, revoked } }: { signingKey: SigningKey }) {
  if (revoked) return <span className="chip bad">✕ revoked</span>;
  if (current) return <span className="chip good">● signs now</span>;
  return <span className="chip">{next ? '○ next' : '◐ previous'}</span>;
}

function When({ signingKey: { current_since, current_until, revoked_at, next } }: { signingKey: SigningKey }) {
  if (next) return 'published; signs after a rotation';
  const [what, time] =
    revoked_at !== undefined
      ? ['revoked', revoked_at]
      : current_until !== undefined
        ? ['signed until', current_until]
        : ['since', current_since];
  if (time === undefined) return '';
  return (
    <span title={atTime(time)}>
      {what} {ago(time)}
    </span>
  );
}
