import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { apiPagesQuery, type Api } from '../../api/apis.ts';
import { useMay } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { ShowMore } from '../../parts/show-more.tsx';
import { Table } from '../../parts/table.tsx';
import { shown } from '../../words/shown.ts';
import { lifetimeInWords } from '../../words/time.ts';
import { NewApi } from './new-api.tsx';

/** What tokens are for. */
export default function ApisPage() {
  useTitle('APIs');
  const { may, reason } = useMay('read:resource_servers');
  const mayCreate = useMay('create:resource_servers');
  const [isMaking, setMaking] = useState(false);
  return (
    <div className="page">
      <div className="page-head">
        <h1>APIs</h1>
        <div className="page-actions">
          <button
            type="button"
            className="button primary"
            disabled={!mayCreate.may}
            title={mayCreate.reason}
            onClick={() => setMaking(true)}
          >
            New API
          </button>
        </div>
        <p>What tokens are for: each API has an identifier, the aud of its tokens, and scopes.</p>
      </div>
      {may ? <Listed /> : <p className="hint">{reason}</p>}
      {isMaking && <NewApi onClose={() => setMaking(false)} />}
    </div>
  );
}

function Listed() {
  const pages = useInfiniteQuery(apiPagesQuery);
  if (pages.isError) {
    return <Failure what="The APIs could not be read." error={pages.error} onRetry={() => void pages.refetch()} />;
  }
  if (pages.isPending) return <Loading what="APIs" />;
  const apis = pages.data.pages.flatMap((page) => page.apis);
  return (
    <div className="results">
      <ApiTable apis={apis} />
      <ShowMore pages={pages} listed={apis.length} />
    </div>
  );
}

const ApiTable = ({ apis }: { apis: readonly Api[] }) => (
  <Table
    columns={[
      'Name',
      { text: 'Identifier', look: 'wide-only' },
      { text: 'Scopes', look: 'end' },
      { text: 'Token lifetime', look: 'end roomy-only' },
    ]}
  >
    {apis.map(({ id, name, identifier, scopes, token_lifetime = 0 }) => (
      <tr key={id}>
        <td className="cut" title={name ?? identifier}>
          <Link className="row-link" href={`/apis/${encodeURIComponent(id)}`}>
            {shown(name ?? identifier)}
          </Link>
        </td>
        <td className="wide-only">
          <CopyText text={identifier} what={`identifier of ${name ?? identifier}`} />
        </td>
        <td className="end number">{scopes.length.toLocaleString()}</td>
        <td className="end number roomy-only">{lifetimeInWords(token_lifetime)}</td>
      </tr>
    ))}
  </Table>
);
