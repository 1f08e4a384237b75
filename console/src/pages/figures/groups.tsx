import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { groupsQuery, RANGES, type Group, type GroupedBy, type Range } from '../../api/figures.ts';
import { usePrograms } from '../../api/use-programs.ts';
import { Choices } from '../../parts/choices.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Table } from '../../parts/table.tsx';
import { shown } from '../../words/shown.ts';
import { atTime } from '../../words/time.ts';

/** What requests are counted by, and the name of the filter that finds them. */
const BY = {
  client_id: { label: 'Clients', heading: 'Client', filter: 'find' },
  audience: { label: 'APIs', heading: 'API', filter: 'audience' },
  hook_id: { label: 'Hooks and Actions', heading: 'Hook or Action', filter: 'program' },
  error_code: { label: 'Errors', heading: 'Error', filter: 'error' },
} as const satisfies Record<GroupedBy, object>;
const OPTIONS = (Object.keys(BY) as GroupedBy[]).map((value) => ({ value, label: BY[value].label }));

/** How old an answer may be that is shown. */
const MAX_AGE_MS = 120_000;
const END = 'end number';

/** The ten with the most requests, each with the way to these. */
export function Groups({ range }: { range: Range }) {
  const [by, setBy] = useState<GroupedBy>('client_id');
  const found = useQuery({ ...groupsQuery(range, by), placeholderData: keepPreviousData });
  const programs = usePrograms();
  const nameOf = ({ name, value }: Group): string => name ?? programs.find(({ id }) => id === value)?.name ?? value;
  return (
    <section className="card" aria-labelledby="most">
      <div className="row">
        <h2 id="most">Most requests</h2>
        <Choices label="Counted by" options={OPTIONS} value={by} onChange={setBy} />
      </div>
      {found.data !== undefined && isCut(found.data.from, range) && (
        <p className="hint">Of the last 50,000 requests, since {atTime(found.data.from)}.</p>
      )}
      {found.isError ? (
        <Failure what="They could not be counted." error={found.error} onRetry={() => void found.refetch()} />
      ) : found.isPending ? (
        <Loading what="the counts" />
      ) : found.data.groups.length === 0 ? (
        <p>None</p>
      ) : (
        <Table
          columns={[
            BY[found.data.by as GroupedBy].heading,
            { text: 'Issued', look: 'end' },
            { text: 'Refused', look: 'end' },
          ]}
        >
          {found.data.groups.map((group) => (
            <tr key={group.value}>
              <td className="breaks">
                <Link className="row-link" href={requestsOf(found.data.by as GroupedBy, group, range)}>
                  {shown(nameOf(group))}
                </Link>
              </td>
              <td className={END}>{group.issued.toLocaleString()}</td>
              <td className={END}>{group.refused.toLocaleString()}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function requestsOf(by: GroupedBy, { value }: Group, range: Range): string {
  const hours = String(RANGES[range].seconds / 3_600);
  return `/tokens?${new URLSearchParams({ [BY[by].filter]: value, hours }).toString()}`;
}

/** Whether the count begins later than the range: there were more requests than are counted. */
const isCut = (from: string, range: Range): boolean =>
  Date.parse(from) > Date.now() - RANGES[range].seconds * 1_000 + MAX_AGE_MS;
