import { useState } from 'react';
import { WrongNote } from '../../parts/form.tsx';
import { shown } from '../../words/shown.ts';

/** So many are seen at once. */
const FEW = 12;

/** Some of an API's scopes; of many those that a text is in. */
export function ScopeChoice({
  scopes,
  chosen,
  onChange,
}: {
  scopes: readonly string[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}) {
  const [text, setText] = useState('');
  // What was granted stays in sight, also when the API has it no more.
  const all = [...new Set([...scopes, ...chosen])];
  const found = all.filter((scope) => scope.toLowerCase().includes(text.toLowerCase()));
  const toggle = (scope: string): void => {
    const next = new Set(chosen);
    if (!next.delete(scope)) next.add(scope);
    onChange(next);
  };
  return (
    <fieldset className="rows">
      <legend>
        Scopes <span className="soft">{chosen.size} chosen</span>
      </legend>
      {all.length === 0 && <p className="hint">The API has none: its tokens are granted without scopes.</p>}
      {all.length > FEW && (
        <input
          type="search"
          aria-label="Part of a scope"
          placeholder="Part of a scope"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      )}
      {all.length > 1 && (
        <div className="row">
          <button type="button" className="button small" onClick={() => onChange(new Set([...chosen, ...found]))}>
            {text === '' ? 'Choose all' : `Choose these ${String(found.length)}`}
          </button>
          <button type="button" className="button plain small" onClick={() => onChange(new Set())}>
            Choose none
          </button>
        </div>
      )}
      <WrongNote path="scope" />
      <ul className="scope-choice">
        {found.map((scope) => (
          <li key={scope}>
            <label className="check mono">
              <input type="checkbox" checked={chosen.has(scope)} onChange={() => toggle(scope)} />
              {shown(scope)}
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
