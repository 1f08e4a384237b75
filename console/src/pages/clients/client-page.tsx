import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { clientQuery, type Client } from '../../api/clients.ts';
import { useMay } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { Facts } from '../../parts/facts.tsx';
import { ReadPage } from '../../parts/read-page.tsx';
import { authenticationInWords } from '../../words/authentication.ts';
import { shown } from '../../words/shown.ts';
import { DeleteClient } from './delete-client.tsx';
import { EditClient } from './edit-client.tsx';
import { Grants } from './grants.tsx';
import { QuotaUsage } from './quota-usage.tsx';
import { RotateSecret } from './rotate-secret.tsx';

/** One client: who it is, what it may ask tokens for, and its secret's successor. */
export default function ClientPage({ id }: { id: string }) {
  const client = useQuery(clientQuery(id));
  useTitle(client.data?.name ?? 'Client', 'Clients');
  return (
    <ReadPage what="the client" query={client}>
      {(opened) => <Opened client={opened} />}
    </ReadPage>
  );
}

function Opened({ client }: { client: Client }) {
  const { client_id = '', name = '', token_endpoint_auth_method, grant_types = [], client_metadata } = client;
  const { may, reason } = useMay('update:client_keys');
  const mayUpdate = useMay('update:clients');
  const mayDelete = useMay('delete:clients');
  const [open, setOpen] = useState<'rotate' | 'edit' | 'delete'>();
  const close = (): void => setOpen(undefined);
  const hasSecret = token_endpoint_auth_method?.startsWith('client_secret') === true;
  const metadata = Object.entries(client_metadata ?? {});
  return (
    <div className="page">
      <div className="page-head">
        <p>
          <Link href="/clients">All clients</Link>
        </p>
        <h1>{shown(name)}</h1>
        <div className="page-actions">
          <Link className="button plain" href={`/tokens?${new URLSearchParams({ find: client_id }).toString()}`}>
            Its requests
          </Link>
          <button
            type="button"
            className="button"
            disabled={!may || !hasSecret}
            title={reason ?? (hasSecret ? undefined : 'It has no secret')}
            onClick={() => setOpen('rotate')}
          >
            Rotate the secret…
          </button>
          <button
            type="button"
            className="button"
            disabled={!mayUpdate.may}
            title={mayUpdate.reason}
            onClick={() => setOpen('edit')}
          >
            Edit…
          </button>
          <button
            type="button"
            className="button plain"
            disabled={!mayDelete.may}
            title={mayDelete.reason}
            onClick={() => setOpen('delete')}
          >
            Delete…
          </button>
        </div>
      </div>
      <div className="columns">
        <section className="card" aria-labelledby="client">
          <h2 id="client">Client</h2>
          <Facts
            facts={[
              ['Client id', <CopyText text={client_id} what="client id" />],
              ['Authentication', authenticationInWords(client)],
              ['Grant types', shown(grant_types.join(', '))],
              [
                'Tokens',
                client.require_proof_of_possession === true ? 'must be bound to a key or certificate' : undefined,
              ],
              ['Quota', <QuotaUsage clientId={client_id} />],
            ]}
          />
        </section>
        <section className="card" aria-labelledby="metadata">
          <h2 id="metadata">Metadata</h2>
          <p className="hint">
            Hooks see it as <code>client.metadata</code>, Actions as <code>event.client.metadata</code>.
          </p>
          {metadata.length === 0 ? (
            <p>None</p>
          ) : (
            <Facts facts={metadata.map(([key, value]) => [shown(key), shown(value)] as const)} />
          )}
        </section>
      </div>
      <Grants clientId={client_id} />
      {open === 'rotate' && <RotateSecret clientId={client_id} name={name} onClose={close} />}
      {open === 'edit' && <EditClient client={client} onClose={close} />}
      {open === 'delete' && <DeleteClient clientId={client_id} name={name} onClose={close} />}
    </div>
  );
}
