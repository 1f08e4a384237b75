import { useState } from 'react';
import { useProgramApi, type Program, type Revision } from '../../api/programs.ts';
import { useMay } from '../../frame/signed-in.ts';
import { Failure } from '../../parts/failure.tsx';
import { useDraft } from './use-draft.ts';

/** npm modules that the code may require. */
export function Modules({ program, revision }: { program: Program; revision: Revision }) {
  const { key, noun } = useProgramApi();
  const { may, reason } = useMay(`update:${key}`);
  const [rows, setRows] = useState(() => Object.entries(revision.dependencies));
  const draft = useDraft(program.id, revision.revision);
  const change = (index: number, part: 0 | 1, text: string): void =>
    setRows((now) => now.map((row, at) => (at === index ? (part === 0 ? [text, row[1]] : [row[0], text]) : row)));
  const given = Object.fromEntries(rows.filter(([name]) => name !== ''));
  const isSame = JSON.stringify(given) === JSON.stringify(revision.dependencies);
  const resolved = new Map(revision.modules.map(({ name, version }) => [name, version]));
  return (
    <section className="card" aria-labelledby="modules">
      <div className="card-head">
        <h2 id="modules">Modules</h2>
        <p className="hint">
          npm modules for <code>require</code>, by name and version. They are built into the {noun} when it is saved.
        </p>
      </div>
      {draft.error !== null && <Failure what="The modules are as they were." error={draft.error} />}
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          draft.mutate({ dependencies: given });
        }}
      >
        {rows.map(([name, version], index) => (
          <div key={index} className="module-row">
            <input
              type="text"
              className="mono"
              aria-label="Module"
              placeholder="lodash"
              spellCheck={false}
              value={name}
              onChange={({ target }) => change(index, 0, target.value)}
            />
            <input
              type="text"
              className="mono"
              aria-label={`Version of ${name === '' ? 'the module' : name}`}
              placeholder="4.17.21"
              spellCheck={false}
              value={version}
              onChange={({ target }) => change(index, 1, target.value)}
            />
            <span className="hint number">{resolved.has(name) ? `built with ${resolved.get(name) ?? ''}` : ''}</span>
            <button
              type="button"
              className="button plain small"
              disabled={!may}
              onClick={() => setRows((now) => now.filter((_, at) => at !== index))}
            >
              Remove<span className="hidden-text"> {name}</span>
            </button>
          </div>
        ))}
        <div className="row">
          <button type="button" className="button" disabled={!may} onClick={() => setRows((now) => [...now, ['', '']])}>
            Add a module
          </button>
          <button type="submit" className="button" disabled={!may || isSame || draft.isPending} title={reason}>
            {draft.isPending ? 'Building…' : 'Save as a draft'}
          </button>
        </div>
      </form>
    </section>
  );
}
