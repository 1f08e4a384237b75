import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useProgramApi, type Program } from '../../api/programs.ts';
import { useMay } from '../../frame/signed-in.ts';
import { Failure } from '../../parts/failure.tsx';
import { Table } from '../../parts/table.tsx';
import { useTell } from '../../parts/toasts.tsx';

/** Names of the secrets. A value goes in, and comes out in the code alone. */
export function Secrets({
  program,
  names,
  hasDraft,
}: {
  program: Program;
  names: readonly string[];
  hasDraft: boolean;
}) {
  const api = useProgramApi();
  const { may, reason } = useMay(`update:${api.key}`);
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const queries = useQueryClient();
  const tell = useTell();
  const done = async (what: string): Promise<void> => {
    setName('');
    setValue('');
    await queries.invalidateQueries({ queryKey: [api.key] });
    tell(what);
  };
  const isKnown = names.includes(name);
  const save = useMutation({
    mutationFn: () => api.setSecret(program.id, { name, value }, names),
    onSuccess: () => done(`${name} is set`),
  });
  const remove = useMutation({
    mutationFn: (one: string) => api.removeSecret(program.id, one, names),
    onSuccess: (_answer, one) => done(`${one} is gone`),
  });
  const error = save.error ?? remove.error;
  return (
    <section className="card" aria-labelledby="secrets">
      <div className="card-head">
        <h2 id="secrets">Secrets</h2>
        <p className="hint">
          The {api.noun} reads them as <code>{api.secretsMember}.NAME</code>; nobody else sees a value again.{' '}
          {api.deploysSecrets
            ? 'A change is deployed at once, with the code that is deployed.'
            : 'A change is a draft, which is deployed as code is.'}
          {api.deploysSecrets && hasDraft && ' The draft stays in the revisions, with the secrets that it had.'}
        </p>
      </div>
      {error !== null && <Failure what="The secrets are as they were." error={error} />}
      {names.length > 0 && (
        <Table columns={['Name']} hasActions>
          {names.map((one) => (
            <tr key={one}>
              <td className="mono">{one}</td>
              <td>
                <div className="row-actions">
                  <button type="button" className="button plain small" disabled={!may} onClick={() => setName(one)}>
                    Change<span className="hidden-text"> {one}</span>
                  </button>
                  <button
                    type="button"
                    className="button plain small"
                    disabled={!may || remove.isPending}
                    onClick={() => remove.mutate(one)}
                  >
                    Remove<span className="hidden-text"> {one}</span>
                  </button>
                </div>
              </td>
            </tr>
          ))}
        </Table>
      )}
      <form
        className="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div className="field">
          <label htmlFor="secret-name">Name</label>
          <input
            id="secret-name"
            className="mono"
            type="text"
            required
            maxLength={128}
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="secret-value">Value</label>
          <input
            id="secret-value"
            type="password"
            required
            autoComplete="new-password"
            value={value}
            onChange={({ target }) => setValue(target.value)}
          />
        </div>
        <div className="field form-end">
          <button type="submit" className="button" disabled={!may || save.isPending} title={reason}>
            {isKnown ? 'Change the secret' : 'Add the secret'}
          </button>
        </div>
      </form>
    </section>
  );
}
