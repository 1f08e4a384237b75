import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { clientQuery, grantsQuery, type Client } from '../../api/clients.ts';
import { useMay } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Table } from '../../parts/table.tsx';
import { authenticationInWords } from '../../words/authentication.ts';
import { shown } from '../../words/shown.ts';
import { RotateSecret } from './rotate-secret.tsx';

/** One client: who it is, what it may ask tokens for, and its secret's successor. */
export default function ClientPage({ id }: { id: string }) {
  const client = useQuery(clientQuery(id));
  useTitle(client.data?.name ?? 'Client', 'Clients');
  if (client.isError) {
    return (
      <div className="page">
        <Failure what="The client could not be read." error={client.error} onRetry={() => void client.refetch()} />
      </div>
    );
  }
  if (client.data === undefined) return <Loading what="the client" />;
  return <Opened client={client.data} />;
}

function Opened({ client }: { client: Client }) {
  const { client_id = '', name = '', token_endpoint_auth_method, grant_types = [], client_metadata } = client;
  const { may, reason } = useMay('update:client_keys');
  const [isRotating, setRotating] = useState(false);
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
            onClick={() => setRotating(true)}
          >
            Rotate the secret…
          </button>
        </div>
      </div>
      <div className="columns">
        <section className="card" aria-labelledby="client">
          <h2 id="client">Client</h2>
          <Facts
            facts={[
              ['Client id', <CopyText text={client_id} what="client id" />],
              ['Authentication', authenticationInWords(token_endpoint_auth_method)],
              ['Grant types', grant_types.join(', ')],
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
      {isRotating && <RotateSecret clientId={client_id} name={name} onClose={() => setRotating(false)} />}
    </div>
  );
}

function Grants({ clientId }: { clientId: string }) {
  const { may, reason } = useMay('read:client_grants');
  const grants = useQuery({ ...grantsQuery(clientId), enabled: may });
  return (
    <section className="card" aria-labelledby="grants">
      <h2 id="grants">Grants</h2>
      {!may && <p className="hint">{reason}</p>}
      {grants.isError && <Failure what="The grants could not be read." error={grants.error} />}
      {grants.data?.length === 0 && <p>It may ask for no API: it gets no token.</p>}
      {grants.data !== undefined && grants.data.length > 0 && (
        <Table columns={['API', 'Scopes']}>
          {grants.data.map(({ id, audience, scope, allow_all_scopes }) => (
            <tr key={id}>
              <td>{shown(audience)}</td>
              <td>{allow_all_scopes === true ? 'all of the API' : shown(scope.join(' ')) || 'none'}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
