import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { deleteGrant, grantsOfClientQuery, type Grant } from '../../api/grants.ts';
import { useMay } from '../../frame/signed-in.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Table } from '../../parts/table.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { shown } from '../../words/shown.ts';
import { EditGrant } from './edit-grant.tsx';

type Open = { is: 'new' } | { is: 'edit' | 'remove'; grant: Grant };

/** What a client may ask tokens for. */
export function Grants({ clientId }: { clientId: string }) {
  const { may, reason } = useMay('read:client_grants');
  const mayCreate = useMay('create:client_grants');
  const mayUpdate = useMay('update:client_grants');
  const mayDelete = useMay('delete:client_grants');
  const grants = useQuery({ ...grantsOfClientQuery(clientId), enabled: may });
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  return (
    <section className="card" aria-labelledby="grants">
      <div className="card-top">
        <h2 id="grants">Grants</h2>
        <button
          type="button"
          className="button small"
          disabled={!mayCreate.may}
          title={mayCreate.reason}
          onClick={() => setOpen({ is: 'new' })}
        >
          Grant an API…
        </button>
      </div>
      {!may && <p className="hint">{reason}</p>}
      {grants.isError && <Failure what="The grants could not be read." error={grants.error} />}
      {grants.data?.length === 0 && <p>It may ask for no API: it gets no token.</p>}
      {grants.data !== undefined && grants.data.length > 0 && (
        <Table columns={['API', 'Scopes']} hasActions>
          {grants.data.map((grant) => (
            <tr key={grant.id}>
              <td className="breaks">
                <Link className="row-link" href={`/apis/${encodeURIComponent(grant.audience)}`}>
                  {shown(grant.audience)}
                </Link>
              </td>
              <td className="breaks">
                {grant.allow_all_scopes === true ? 'all of the API' : shown(grant.scope.join(' ')) || 'none'}
                {grant.claims !== undefined && grant.claims !== null && (
                  <span className="hint"> with claims: {shown(Object.keys(grant.claims).join(', '))}</span>
                )}
              </td>
              <td>
                <div className="row-actions">
                  <button
                    type="button"
                    className="button plain small"
                    disabled={!mayUpdate.may}
                    title={mayUpdate.reason}
                    onClick={() => setOpen({ is: 'edit', grant })}
                  >
                    Edit…<span className="hidden-text"> the grant of {grant.audience}</span>
                  </button>
                  <button
                    type="button"
                    className="button plain small"
                    disabled={!mayDelete.may}
                    title={mayDelete.reason}
                    onClick={() => setOpen({ is: 'remove', grant })}
                  >
                    Remove…<span className="hidden-text"> the grant of {grant.audience}</span>
                  </button>
                </div>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {open?.is === 'new' && <EditGrant clientId={clientId} onClose={close} />}
      {open?.is === 'edit' && <EditGrant clientId={clientId} grant={open.grant} onClose={close} />}
      {open?.is === 'remove' && <RemoveGrant grant={open.grant} onClose={close} />}
    </section>
  );
}

function RemoveGrant({ grant: { id, audience }, onClose }: { grant: Grant; onClose: () => void }) {
  const queries = useQueryClient();
  const tell = useTell();
  const remove = useMutation({
    mutationFn: () => deleteGrant(id),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['grants'] });
      tell('The grant is removed');
      onClose();
    },
  });
  return (
    <Dialog title="Remove the grant?" onClose={onClose}>
      {remove.isError && <Failure what="The grant is as it was." error={remove.error} />}
      <p>
        The client gets no token for <code>{shown(audience)}</code> any more.
      </p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          Remove
        </button>
      </div>
    </Dialog>
  );
}
