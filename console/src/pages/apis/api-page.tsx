import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { apiQuery, deleteApi, type Api } from '../../api/apis.ts';
import { grantsOfApiQuery } from '../../api/grants.ts';
import { useMay, useSession } from '../../frame/signed-in.ts';
import { useTitle } from '../../frame/title.ts';
import { ClaimsCard } from '../../parts/claims-card.tsx';
import { ConfirmByText } from '../../parts/confirm-by-text.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { CopyText } from '../../parts/copy-text.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ReadPage } from '../../parts/read-page.tsx';
import { Table } from '../../parts/table.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { shown } from '../../words/shown.ts';
import { lifetimeInWords } from '../../words/time.ts';
import { DIALECTS } from './api-draft.ts';
import { bindingInWords, BOUND_TO, mechanismOf } from './bindings.ts';
import { EditApi } from './edit-api.tsx';

/** One API: its tokens, its scopes, and who may ask for them. */
export default function ApiPage({ id }: { id: string }) {
  const api = useQuery(apiQuery(id));
  useTitle(api.data?.name ?? 'API', 'APIs');
  return (
    <ReadPage what="the API" query={api}>
      {(opened) => <Opened api={opened} />}
    </ReadPage>
  );
}

function Opened({ api }: { api: Api }) {
  const { identifier, name = identifier, scopes, token_lifetime = 0, signing_alg, token_dialect } = api;
  const mayUpdate = useMay('update:resource_servers');
  const mayDelete = useMay('delete:resource_servers');
  const [open, setOpen] = useState<'edit' | 'delete'>();
  const close = (): void => setOpen(undefined);
  // The Management API is what it is.
  const isFixed = api.is_system === true;
  const reason = isFixed ? 'The Management API cannot be changed' : undefined;
  return (
    <div className="page">
      <div className="page-head">
        <p>
          <Link href="/apis">All APIs</Link>
        </p>
        <h1>{shown(name)}</h1>
        <div className="page-actions">
          <Link className="button plain" href={`/tokens?${new URLSearchParams({ audience: identifier }).toString()}`}>
            Its requests
          </Link>
          <button
            type="button"
            className="button"
            disabled={!mayUpdate.may || isFixed}
            title={mayUpdate.reason ?? reason}
            onClick={() => setOpen('edit')}
          >
            Edit…
          </button>
          <button
            type="button"
            className="button plain"
            disabled={!mayDelete.may || isFixed}
            title={mayDelete.reason ?? reason}
            onClick={() => setOpen('delete')}
          >
            Delete…
          </button>
        </div>
      </div>
      <div className="columns">
        <section className="card" aria-labelledby="api">
          <h2 id="api">Its tokens</h2>
          <Facts
            facts={[
              ['Identifier', <CopyText text={identifier} what="identifier" />],
              ['Lifetime', lifetimeInWords(token_lifetime)],
              ['Signed with', signing_alg],
              ['Shape', DIALECTS.find(([one]) => one === token_dialect)?.[1]],
              [BOUND_TO[mechanismOf(api)], bindingInWords(api)],
            ]}
          />
        </section>
        <section className="card" aria-labelledby="scopes">
          <h2 id="scopes">Scopes</h2>
          {scopes.length === 0 ? (
            <p>None: its tokens are granted without scopes.</p>
          ) : (
            <ul className="names scopes-list">
              {scopes.map(({ value, description = '' }) => (
                <li key={value}>
                  <code>{shown(value)}</code> <span className="hint">{shown(description)}</span>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
      <ClaimsCard claims={api.claims} />
      <GrantedTo identifier={identifier} />
      <AskFor identifier={identifier} />
      {open === 'edit' && <EditApi api={api} onClose={close} />}
      {open === 'delete' && <DeleteApi api={api} onClose={close} />}
    </div>
  );
}

function GrantedTo({ identifier }: { identifier: string }) {
  const { may, reason } = useMay('read:client_grants');
  const grants = useQuery({ ...grantsOfApiQuery(identifier), enabled: may });
  return (
    <section className="card" aria-labelledby="granted-to">
      <h2 id="granted-to">Granted to</h2>
      {!may && <p className="hint">{reason}</p>}
      {grants.isError && <Failure what="The grants could not be read." error={grants.error} />}
      {grants.data?.length === 0 && (
        <p>
          No client may ask for it. Open one of the <Link href="/clients">clients</Link> and grant it.
        </p>
      )}
      {grants.data !== undefined && grants.data.length > 0 && (
        <Table columns={['Client id', 'Scopes']}>
          {grants.data.map(({ id, client_id, scope, allow_all_scopes }) => (
            <tr key={id}>
              <td>
                <Link className="row-link" href={`/clients/${encodeURIComponent(client_id)}`}>
                  <code>{shown(client_id)}</code>
                </Link>
              </td>
              <td className="breaks">{allow_all_scopes === true ? 'all' : shown(scope.join(' ')) || 'none'}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

/** How a client asks for a token of the API. */
function AskFor({ identifier }: { identifier: string }) {
  const { issuer } = useSession();
  const command = `curl ${issuer}oauth/token -d grant_type=client_credentials -d client_id=… -d client_secret=… --data-urlencode 'audience=${identifier.replaceAll("'", "'\\''")}'`;
  return (
    <section className="card" aria-labelledby="ask-for">
      <h2 id="ask-for">Ask for a token</h2>
      <div className="command">
        <code>{shown(command)}</code>
        <CopyButton text={command} what="the command" />
      </div>
    </section>
  );
}

function DeleteApi({ api: { id, identifier, name = identifier }, onClose }: { api: Api; onClose: () => void }) {
  const [, go] = useLocation();
  const queries = useQueryClient();
  const tell = useTell();
  const remove = useMutation({
    mutationFn: () => deleteApi(id),
    onSuccess: () => {
      go('/apis');
      queries.removeQueries({ queryKey: ['apis', 'one'] });
      for (const queryKey of [['apis'], ['grants']]) void queries.invalidateQueries({ queryKey });
      tell(`${name} was deleted`);
    },
  });
  return (
    <ConfirmByText
      title={`Delete ${name}?`}
      label="Write its identifier to delete it"
      text={identifier}
      verb="Delete"
      isMono
      isBusy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {remove.isError && <Failure what="Nothing was deleted." error={remove.error} />}
      <p>
        No token is issued for it any more, and every grant of it is gone. Tokens that there are stay valid until they
        expire.
      </p>
    </ConfirmByText>
  );
}
