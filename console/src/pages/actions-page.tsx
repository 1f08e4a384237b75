import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { actionsQuery, bindActions, bindingsQuery, type Action, type Binding } from '../api/actions.ts';
import { useMay } from '../frame/signed-in.ts';
import { useTitle } from '../frame/title.ts';
import { Failure } from '../parts/failure.tsx';
import { Loading } from '../parts/loading.tsx';
import { StatusChip } from '../parts/status-chip.tsx';
import { Table } from '../parts/table.tsx';
import { useTell } from '../parts/toasts.tsx';
import { NewProgram } from './new-program.tsx';

/** The Actions of the trigger: those that run, in their order, and the rest. */
export function ActionsPage() {
  useTitle('Actions');
  const actions = useQuery(actionsQuery);
  const bindings = useQuery(bindingsQuery);
  const { may, reason } = useMay('create:actions');
  const [isCreating, setCreating] = useState(false);
  const error = actions.error ?? bindings.error;
  const retry = (): void => void Promise.all([actions.refetch(), bindings.refetch()]);
  const create = (label: string, look: string) => (
    <button type="button" className={look} disabled={!may} title={reason} onClick={() => setCreating(true)}>
      {label}
    </button>
  );
  return (
    <div className="page">
      <div className="page-head">
        <h1>Actions</h1>
        <div className="page-actions">{create('New Action', 'button primary')}</div>
        <p>
          Actions of the trigger <code>credentials-exchange</code> run after the hook, each on what the one before made
          of the token. Those that are bound run, in this order.
        </p>
      </div>
      {error !== null && <Failure what="The Actions could not be read." error={error} onRetry={retry} />}
      {error === null && (actions.data === undefined || bindings.data === undefined) && <Loading what="Actions" />}
      {actions.data?.length === 0 && (
        <div className="empty">
          <h2>No Action yet</h2>
          <p>Tokens hold what their client was granted, and what the hook makes of it.</p>
          {create('Write the first Action', 'button')}
        </div>
      )}
      {actions.data !== undefined && actions.data.length > 0 && bindings.data !== undefined && (
        <ActionTable actions={actions.data} bindings={bindings.data} />
      )}
      {isCreating && <NewProgram noun="Action" onClose={() => setCreating(false)} />}
    </div>
  );
}

function ActionTable({ actions, bindings }: { actions: readonly Action[]; bindings: readonly Binding[] }) {
  const { may, reason } = useMay('update:actions');
  const queries = useQueryClient();
  const tell = useTell();
  const bound = bindings.map(({ action, display_name }) => ({ id: action.id, display_name }));
  const change = useMutation({
    mutationFn: ({ order }: { order: Parameters<typeof bindActions>[0]; done: string }) => bindActions(order),
    onSuccess: async (_answer, { done }) => {
      await queries.invalidateQueries({ queryKey: ['actions'] });
      tell(done);
    },
  });
  const placeOf = ({ id }: Action): number => bound.findIndex((one) => one.id === id);
  const sorted = [...actions].sort((a, b) => {
    const [first, second] = [placeOf(a), placeOf(b)];
    if (first >= 0 && second >= 0) return first - second;
    return second - first || a.name.localeCompare(b.name);
  });

  const earlier = ({ name }: Action, place: number): void => {
    const [before, one] = [bound[place - 1], bound[place]];
    if (before === undefined || one === undefined) return;
    const order = bound.toSpliced(place - 1, 2, one, before);
    change.mutate({ order, done: `${name} runs earlier from now on` });
  };
  const toggle = ({ id, name }: Action, place: number): void =>
    change.mutate(
      place >= 0
        ? { order: bound.toSpliced(place, 1), done: `${name} shapes no token any more` }
        : { order: [...bound, { id }], done: `${name} shapes every token from now on` },
    );

  return (
    <>
      {change.isError && <Failure what="Nothing was changed." error={change.error} />}
      <Table
        columns={[{ text: 'Order', look: 'end' }, 'Name', 'Status', { text: 'Version', look: 'roomy-only' }]}
        hasActions
      >
        {sorted.map((action) => {
          const place = placeOf(action);
          const version = action.deployed_version;
          const isBindable = place >= 0 || version !== undefined;
          return (
            <tr key={action.id}>
              <td className="end number">{place < 0 ? '–' : place + 1}</td>
              <td>
                <Link className="row-link" href={`/actions/${action.id}`}>
                  {action.name}
                </Link>
              </td>
              <td>
                <StatusChip noun="Action" isActive={place >= 0} script={version?.code} />
              </td>
              <td className="number roomy-only">
                {version === undefined ? '' : `v${String(version.number)}`}
                {version !== undefined && !action.all_changes_deployed && ' with a draft'}
              </td>
              <td>
                <div className="row-actions">
                  {place > 0 && (
                    <button
                      type="button"
                      className="button plain small"
                      disabled={!may || change.isPending}
                      title={reason}
                      onClick={() => earlier(action, place)}
                    >
                      Run<span className="hidden-text"> {action.name}</span> earlier
                    </button>
                  )}
                  <button
                    type="button"
                    className="button small"
                    disabled={!may || !isBindable || change.isPending}
                    title={reason ?? (isBindable ? undefined : 'Deploy it first')}
                    onClick={() => toggle(action, place)}
                  >
                    {place >= 0 ? 'Unbind' : 'Bind'}
                    <span className="hidden-text"> {action.name}</span>
                  </button>
                </div>
              </td>
            </tr>
          );
        })}
      </Table>
    </>
  );
}
