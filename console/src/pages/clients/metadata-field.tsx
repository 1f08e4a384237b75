import { Field } from '../../parts/form.tsx';
import type { MetadataRow } from './client-draft.ts';

/** Names and values that hooks and Actions see. */
export function MetadataField({
  rows,
  onChange,
}: {
  rows: readonly MetadataRow[];
  onChange: (rows: readonly MetadataRow[]) => void;
}) {
  const set = (index: number, row: MetadataRow): void => onChange(rows.with(index, row));
  return (
    <fieldset className="rows">
      <legend>Metadata</legend>
      {rows.map(([name, value], index) => (
        <div key={index} className="pair-row">
          <Field label={`Name ${String(index + 1)}`} isLabelSeen={false} path={`client_metadata.${name}`}>
            {(props) => (
              <input
                {...props}
                type="text"
                className="mono"
                placeholder="plan"
                spellCheck={false}
                value={name}
                onChange={({ target }) => set(index, [target.value, value])}
              />
            )}
          </Field>
          <input
            type="text"
            className="mono"
            aria-label={`Value of ${name === '' ? `name ${String(index + 1)}` : name}`}
            placeholder="gold"
            spellCheck={false}
            value={value}
            onChange={({ target }) => set(index, [name, target.value])}
          />
          <button type="button" className="button plain small" onClick={() => onChange(rows.toSpliced(index, 1))}>
            Remove<span className="hidden-text"> {name}</span>
          </button>
        </div>
      ))}
      <div>
        <button type="button" className="button small" onClick={() => onChange([...rows, ['', '']])}>
          Add metadata
        </button>
      </div>
    </fieldset>
  );
}
