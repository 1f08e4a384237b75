import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { hooksQuery, type Hook } from '../api/hooks.ts';
import { useMay } from '../frame/signed-in.ts';
import { useTitle } from '../frame/title.ts';
import { Failure } from '../parts/failure.tsx';
import { Loading } from '../parts/loading.tsx';
import { StatusChip } from '../parts/status-chip.tsx';
import { Table } from '../parts/table.tsx';
import { NewProgram } from './new-program.tsx';

/** All hooks of the tenant, the one that shapes its tokens first. */
export function HooksPage() {
  useTitle('Hooks');
  const hooks = useQuery(hooksQuery);
  const { may, reason } = useMay('create:hooks');
  const [isCreating, setCreating] = useState(false);
  return (
    <div className="page">
      <div className="page-head">
        <h1>Hooks</h1>
        <div className="page-actions">
          <button
            type="button"
            className="button primary"
            disabled={!may}
            title={reason}
            onClick={() => setCreating(true)}
          >
            New hook
          </button>
        </div>
        <p>
          A hook is code that runs before a token is issued: it adds claims, changes scopes, or refuses. One is enabled
          at a time.
        </p>
      </div>
      {hooks.isPending && <Loading what="hooks" />}
      {hooks.isError && (
        <Failure what="The hooks could not be read." error={hooks.error} onRetry={() => void hooks.refetch()} />
      )}
      {hooks.data !== undefined &&
        (hooks.data.length === 0 ? (
          <div className="empty">
            <h2>No hook yet</h2>
            <p>Tokens hold what their client was granted, and nothing else.</p>
            <button type="button" className="button" disabled={!may} title={reason} onClick={() => setCreating(true)}>
              Write the first hook
            </button>
          </div>
        ) : (
          <HookTable hooks={hooks.data} />
        ))}
      {isCreating && <NewProgram noun="hook" onClose={() => setCreating(false)} />}
    </div>
  );
}

function HookTable({ hooks }: { hooks: readonly Hook[] }) {
  const sorted = [...hooks].sort((a, b) => Number(b.enabled) - Number(a.enabled) || a.name.localeCompare(b.name));
  return (
    <Table
      columns={[
        'Name',
        'Status',
        { text: 'Lines', look: 'end wide-only' },
        { text: 'Modules', look: 'end wide-only' },
        { text: 'When it fails', look: 'wide-only' },
      ]}
    >
      {sorted.map((hook) => (
        <tr key={hook.id}>
          <td>
            <Link className="row-link" href={`/hooks/${hook.id}`}>
              {hook.name}
            </Link>
          </td>
          <td>
            <StatusChip noun="hook" isActive={hook.enabled} script={hook.script} />
          </td>
          <td className="end number wide-only">{hook.script === undefined ? '' : hook.script.split('\n').length}</td>
          <td className="end number wide-only">{Object.keys(hook.dependencies ?? {}).length}</td>
          <td className="wide-only">
            {hook.hookmint?.on_failure === 'issue_unmodified' ? 'token goes out unshaped' : 'no token'}
          </td>
        </tr>
      ))}
    </Table>
  );
}
