import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { startGradual, type Bounds, type Gradual } from '../../../api/changes.ts';
import { isFailure } from '../../../api/failure.ts';
import type { Program, RevisionEntry } from '../../../api/programs.ts';
import { Dialog } from '../../../parts/dialog.tsx';
import { CheckField, NumberField } from '../../../parts/fields.tsx';
import { Field, Form, FormActions } from '../../../parts/form.tsx';
import { useTell } from '../../../parts/toasts.tsx';
import { linesOf } from '../../../words/lines.ts';
import { shown } from '../../../words/shown.ts';
import { newestOther, RevisionField } from './revision-field.tsx';

/** As the API has them where nothing is given. */
const DEFAULTS: Bounds = { errors_percent: 1, denials_percent: 10, dropped_percent: 1, p99_ratio: 3 };
const FIRST_PERCENT = 10;
const BOUNDS = [
  ['errors_percent', 'More that fail', 'points of percent', 100],
  ['denials_percent', 'More that are denied', 'points of percent', 100],
  ['dropped_percent', 'More with something dropped', 'points of percent', 100],
  ['p99_ratio', 'Times as long', 'for 99 % of runs', 1_000],
] as const;

/** Who gets the revision, and when it returns; of one that is on, what is changed of it. */
export function StartGradual({
  program,
  revisions,
  now,
  onClose,
}: {
  program: Program;
  revisions: readonly RevisionEntry[];
  now: Gradual | undefined;
  onClose: () => void;
}) {
  const [revision, setRevision] = useState(now?.revision ?? newestOther(revisions));
  const [percent, setPercent] = useState(now?.percent ?? FIRST_PERCENT);
  const [clients, setClients] = useState((now?.client_ids ?? []).join('\n'));
  const [bounds, setBounds] = useState<Bounds>(now?.bounds ?? DEFAULTS);
  const [force, setForce] = useState(false);
  const queries = useQueryClient();
  const tell = useTell();
  const number = revisions.find((entry) => entry.revision === revision)?.number;
  const start = useMutation({
    mutationFn: () =>
      startGradual(program.id, {
        revision,
        percent,
        client_ids: linesOf(clients),
        bounds,
        ...(force ? { force } : {}),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['hooks'] });
      tell(`r${String(number)} shapes the tokens of a part of the clients`);
      onClose();
    },
  });
  return (
    <Dialog title={`Deploy ${shown(program.name)} to a part of the clients`} onClose={onClose}>
      <Form what="Nothing was deployed." error={start.error} onSubmit={() => start.mutate()}>
        <RevisionField revisions={revisions} value={revision} onChange={setRevision} />
        <NumberField
          label="Percent of the clients"
          path="percent"
          hint="The same clients at each request; as it grows nobody goes back."
          min={0}
          max={100}
          value={percent}
          onChange={setPercent}
        />
        <Field label="Clients by name" path="client_ids" hint="One client id a line: they have it in any case.">
          {(props) => (
            <textarea
              {...props}
              className="mono"
              rows={2}
              spellCheck={false}
              value={clients}
              onChange={({ target }) => setClients(target.value)}
            />
          )}
        </Field>
        <fieldset className="rows">
          <legend>It returns by itself beyond</legend>
          <div className="form-grid">
            {BOUNDS.map(([name, label, unit, max]) => (
              <NumberField
                key={name}
                label={label}
                path={`bounds.${name}`}
                hint={unit}
                min={name === 'p99_ratio' ? 1 : 0}
                max={max}
                step="any"
                value={bounds[name]}
                onChange={(value) => setBounds((before) => ({ ...before, [name]: value }))}
              />
            ))}
          </div>
        </fieldset>
        {isFailure(start.error, 'hook_checks_failed') && (
          <CheckField
            label="Deploy it although checks fail"
            hint="Who did so, and which checks, is in Activity."
            isChecked={force}
            onChange={setForce}
          />
        )}
        <FormActions
          verb={now === undefined ? 'Deploy to them' : 'Change'}
          isBusy={start.isPending}
          onClose={onClose}
        />
      </Form>
    </Dialog>
  );
}
