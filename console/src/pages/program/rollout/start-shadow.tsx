import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { startShadow, type Network, type Shadow } from '../../../api/changes.ts';
import type { Program, RevisionEntry } from '../../../api/programs.ts';
import { Dialog } from '../../../parts/dialog.tsx';
import { ChoiceField, NumberField } from '../../../parts/fields.tsx';
import { Form, FormActions } from '../../../parts/form.tsx';
import { useTell } from '../../../parts/toasts.tsx';
import { shown } from '../../../words/shown.ts';
import { newestOther, RevisionField } from './revision-field.tsx';

const FIRST_PERCENT = 10;
const LEAST_PERCENT = 0.01;

/** Which revision, for how many of the requests. */
export function StartShadow({
  program,
  revisions,
  now,
  onClose,
}: {
  program: Program;
  revisions: readonly RevisionEntry[];
  now: Shadow | undefined;
  onClose: () => void;
}) {
  const [revision, setRevision] = useState(now?.revision ?? newestOther(revisions));
  const [percent, setPercent] = useState(now?.percent ?? FIRST_PERCENT);
  const [network, setNetwork] = useState<Network>(now?.network ?? 'refused');
  const queries = useQueryClient();
  const tell = useTell();
  const number = revisions.find((entry) => entry.revision === revision)?.number;
  const start = useMutation({
    mutationFn: () => startShadow(program.id, { revision, percent, network }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['hooks'] });
      tell(`r${String(number)} runs beside what is deployed`);
      onClose();
    },
  });
  return (
    <Dialog title={`Run a shadow of ${shown(program.name)}`} onClose={onClose}>
      <Form what="No shadow was begun." error={start.error} onSubmit={() => start.mutate()}>
        <RevisionField revisions={revisions} value={revision} onChange={setRevision} />
        <div className="form-grid">
          <NumberField
            label="Percent of the requests"
            path="percent"
            hint="Which ones is by chance."
            min={LEAST_PERCENT}
            max={100}
            step="any"
            value={percent}
            onChange={setPercent}
          />
          <ChoiceField<Network>
            label="Network"
            path="network"
            value={network}
            options={[
              ['refused', 'Refused'],
              ['live', 'Live: requests go out once more'],
            ]}
            onChange={setNetwork}
          />
        </div>
        <FormActions verb={now === undefined ? 'Run it' : 'Change'} isBusy={start.isPending} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
