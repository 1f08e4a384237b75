import { TextField } from '../../parts/fields.tsx';
import { WrongNote } from '../../parts/form.tsx';

export type ScopeRow = { value: string; description?: string };

/** Scopes of an API, each with what it allows. */
export function ScopesField({
  rows,
  onChange,
}: {
  rows: readonly ScopeRow[];
  onChange: (rows: readonly ScopeRow[]) => void;
}) {
  return (
    <fieldset className="rows">
      <legend>Scopes</legend>
      <WrongNote path="scopes" isExact />
      {rows.map((row, index) => (
        <div key={index} className="pair-row">
          <TextField
            label={`Scope ${String(index + 1)}`}
            isLabelSeen={false}
            path={`scopes.${String(index)}.value`}
            placeholder="read:orders"
            isMono
            value={row.value}
            onChange={(value) => onChange(rows.with(index, { ...row, value }))}
          />
          <TextField
            label={`What ${row.value === '' ? `scope ${String(index + 1)}` : row.value} allows`}
            isLabelSeen={false}
            path={`scopes.${String(index)}.description`}
            placeholder="Read orders"
            value={row.description ?? ''}
            onChange={(description) => onChange(rows.with(index, { ...row, description }))}
          />
          <button type="button" className="button plain small" onClick={() => onChange(rows.toSpliced(index, 1))}>
            Remove<span className="hidden-text"> {row.value}</span>
          </button>
        </div>
      ))}
      <div>
        <button type="button" className="button small" onClick={() => onChange([...rows, { value: '' }])}>
          Add a scope
        </button>
      </div>
    </fieldset>
  );
}
