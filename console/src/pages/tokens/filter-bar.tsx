import { useQuery } from '@tanstack/react-query';
import { apisQuery } from '../../api/apis.ts';
import { usePrograms } from '../../api/use-programs.ts';
import { useSession } from '../../frame/signed-in.ts';
import { SearchBox } from '../../parts/search-box.tsx';
import { shown } from '../../words/shown.ts';
import { clockTime } from '../../words/time.ts';
import type { Filter } from './search.ts';

const ERRORS = [
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'access_denied',
  'invalid_target',
  'invalid_scope',
  'too_many_requests',
  'server_error',
  'temporarily_unavailable',
];

/** Narrows the list; each choice is in the address. */
export function FilterBar({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { scopes } = useSession();
  const apis = useQuery({ ...apisQuery, enabled: scopes.includes('read:resource_servers') });
  const programs = usePrograms();
  const choose = (name: keyof Filter, label: string, options: readonly (readonly [value: string, text: string])[]) => {
    const value = filter[name];
    const isKnown = value === '' || options.some(([known]) => known === value);
    return (
      <select aria-label={label} value={value} onChange={({ target }) => onChange({ ...filter, [name]: target.value })}>
        {[...options, ...(isKnown ? [] : [[value, value] as const])].map(([one, text]) => (
          <option key={one} value={one}>
            {shown(text)}
          </option>
        ))}
      </select>
    );
  };
  return (
    <div className="filter-bar" role="search">
      <SearchBox
        label="Client, correlation id, jti or trace"
        value={filter.find}
        onChange={(find) => onChange({ ...filter, find })}
      />
      {choose('outcome', 'Outcome', [
        ['', 'Any outcome'],
        ['issued', 'Issued'],
        ['refused', 'Refused or failed'],
      ])}
      {choose('audience', 'API', [
        ['', 'Any API'],
        ...(apis.data ?? []).map(({ identifier, name }) => [identifier, name ?? identifier] as const),
      ])}
      {choose('program', 'Hook or Action', [
        ['', 'Any hook or Action'],
        ...programs.map(({ id, name }) => [id, name] as const),
      ])}
      {choose('error', 'Error', [['', 'Any error'], ...ERRORS.map((code) => [code, code] as const)])}
      {choose('hours', 'Time', [
        ['', 'Any time'],
        ['1', 'Last hour'],
        ['24', 'Last day'],
        ['168', 'Last week'],
      ])}
      {(filter.from !== '' || filter.to !== '') && (
        <button type="button" className="button" onClick={() => onChange({ ...filter, from: '', to: '' })}>
          {filter.from === '' ? '…' : clockTime(filter.from)} to {filter.to === '' ? '…' : clockTime(filter.to)}{' '}
          <span aria-hidden="true">✕</span>
          <span className="hidden-text">, show all times</span>
        </button>
      )}
    </div>
  );
}
