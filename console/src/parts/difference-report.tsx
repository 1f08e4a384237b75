import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { DifferenceGroup } from '../api/changes.ts';
import { counted, DIFFERENCES } from '../words/differences.ts';
import { shown } from '../words/shown.ts';
import { ago, atTime } from '../words/time.ts';
import { Table } from './table.tsx';

type Example = DifferenceGroup['examples'][number];

const MAX_CLIENTS_SHOWN = 20;

/** In what tokens would differ, by kind; each thing opens to its clients and examples. */
export function DifferenceReport({
  groups,
  others,
  addressOf,
}: {
  groups: readonly DifferenceGroup[];
  /** Differences of further groups. */
  others: number;
  /** Where all of an example's request is seen; `undefined` for nowhere. */
  addressOf: (example: Example) => string | undefined;
}) {
  return (
    <div className="difference-kinds">
      {DIFFERENCES.map(([kind, sign, words]) => {
        const ofKind = groups.filter((group) => group.kind === kind);
        return (
          ofKind.length > 0 && (
            <section key={kind} className="section" aria-label={words}>
              <h3>{words}</h3>
              <div className="sheet">
                {ofKind.map((group) => (
                  <Group key={group.what} sign={sign} group={group} addressOf={addressOf} />
                ))}
              </div>
            </section>
          )
        );
      })}
      {others > 0 && <p className="hint">And {counted(others, 'difference')} of further kinds.</p>}
    </div>
  );
}

function Group({
  sign,
  group: { what, requests, clients, examples },
  addressOf,
}: {
  sign: string;
  group: DifferenceGroup;
  addressOf: (example: Example) => string | undefined;
}) {
  const name = (
    <>
      <span aria-hidden="true">{sign}</span> <code>{shown(what)}</code>
    </>
  );
  // Of all requests together, such as their duration: nobody's in particular.
  if (clients.length === 0) return <p className="difference-group">{name}</p>;
  return (
    <details className="difference-group">
      <summary>
        {name}
        <span className="hint number">
          {counted(requests, 'request')} of {counted(clients.length, 'client')}
        </span>
      </summary>
      <p className="hint breaks">
        {clients
          .slice(0, MAX_CLIENTS_SHOWN)
          .map(({ client_id, requests: own }) => `${shown(client_id)} (${own.toLocaleString()})`)
          .join(', ')}
        {clients.length > MAX_CLIENTS_SHOWN && ', …'}
      </p>
      {examples.length > 0 && <Examples examples={examples} addressOf={addressOf} />}
    </details>
  );
}

const Examples = ({
  examples,
  addressOf,
}: {
  examples: readonly Example[];
  addressOf: (example: Example) => string | undefined;
}) => (
  <Table columns={['Client', { text: 'API', look: 'wide-only' }, 'Asked', 'Before', 'After']}>
    {examples.map((example, index) => (
      <tr key={index}>
        <td className="breaks">{shown(example.client_id)}</td>
        <td className="breaks wide-only">{shown(example.audience)}</td>
        <td title={atTime(example.date)}>
          <Where address={addressOf(example)}>{ago(example.date)}</Where>
        </td>
        <td className="breaks">
          <Value value={example.before} />
        </td>
        <td className="breaks">
          <Value value={example.after} />
        </td>
      </tr>
    ))}
  </Table>
);

const Where = ({ address, children }: { address: string | undefined; children: ReactNode }) =>
  address === undefined ? children : <Link href={address}>{children}</Link>;

const Value = ({ value }: { value: string | undefined }) =>
  value === undefined ? <span className="hint">–</span> : <code>{shown(value)}</code>;
