import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { clientsQuery, type Client } from '../../api/clients.ts';
import { useMay } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { ShowMore } from '../../parts/show-more.tsx';
import { SearchBox } from '../../parts/search-box.tsx';
import { Table } from '../../parts/table.tsx';
import { authenticationInWords } from '../../words/authentication.ts';
import { shown } from '../../words/shown.ts';
import { NewClient } from './new-client.tsx';

/** All clients, by name; the search is made by the server, in one request. */
export default function ClientsPage() {
  useTitle('Clients');
  const { may, reason } = useMay('read:clients');
  const mayCreate = useMay('create:clients');
  const [isMaking, setMaking] = useState(false);
  const [, go] = useLocation();
  const asked = new URLSearchParams(useSearch());
  const find = asked.get('find') ?? '';
  const isNearQuota = asked.get('quota') === 'near';
  const search = (text: string, near: boolean): void => {
    const address = new URLSearchParams({ ...(text === '' ? {} : { find: text }), ...(near ? { quota: 'near' } : {}) });
    go(address.size === 0 ? '/clients' : `/clients?${address.toString()}`, { replace: true });
  };
  return (
    <div className="page">
      <div className="page-head">
        <h1>Clients</h1>
        <div className="page-actions">
          <button
            type="button"
            className="button primary"
            disabled={!mayCreate.may}
            title={mayCreate.reason}
            onClick={() => setMaking(true)}
          >
            New client
          </button>
        </div>
        <p>Programs that ask for tokens by the client-credentials grant.</p>
      </div>
      {may ? (
        <>
          <div className="search-row" role="search">
            <SearchBox label="Beginning of a name or id" value={find} onChange={(text) => search(text, isNearQuota)} />
            <label className="switch">
              <input type="checkbox" checked={isNearQuota} onChange={({ target }) => search(find, target.checked)} />
              Near their quota
            </label>
          </div>
          <Found find={find} isNearQuota={isNearQuota} />
        </>
      ) : (
        <p className="hint">{reason}</p>
      )}
      {isMaking && <NewClient onClose={() => setMaking(false)} />}
    </div>
  );
}

function Found({ find, isNearQuota }: { find: string; isNearQuota: boolean }) {
  const pages = useInfiniteQuery({ ...clientsQuery(find, isNearQuota), placeholderData: keepPreviousData });
  if (pages.isError) {
    return <Failure what="The clients could not be read." error={pages.error} onRetry={() => void pages.refetch()} />;
  }
  if (pages.isPending) return <Loading what="clients" />;
  const clients = pages.data.pages.flatMap((page) => page.clients);
  const total = pages.data.pages[0]?.total ?? 0;
  if (clients.length === 0) {
    if (isNearQuota && find === '') {
      return (
        <div className="empty">
          <h2>No client is near its quota</h2>
          <p>None has used 80 % of the tokens that it may have in this hour or today.</p>
        </div>
      );
    }
    return (
      <div className="empty">
        <h2>No client is called so</h2>
        <p>The search compares the beginning of names and ids, in either case.</p>
      </div>
    );
  }
  return (
    <div className={pages.isPlaceholderData ? 'dimmed results' : 'results'}>
      <p className="hint" role="status">
        {total === 1 ? '1 client' : `${total.toLocaleString()} clients`}
      </p>
      <ClientTable clients={clients} />
      <ShowMore pages={pages} listed={clients.length} beyond="Narrow the search to see others." />
    </div>
  );
}

const ClientTable = ({ clients }: { clients: readonly Client[] }) => (
  <Table columns={['Name', { text: 'Client id', look: 'wide-only' }, { text: 'Authentication', look: 'roomy-only' }]}>
    {clients.map(({ client_id = '', name = '', ...client }) => (
      <tr key={client_id}>
        <td className="cut" title={name}>
          <Link className="row-link" href={`/clients/${encodeURIComponent(client_id)}`}>
            {shown(name)}
          </Link>
        </td>
        <td className="wide-only">
          <CopyText text={client_id} what={`client id of ${name}`} />
        </td>
        <td className="roomy-only">{authenticationInWords(client)}</td>
      </tr>
    ))}
  </Table>
);
