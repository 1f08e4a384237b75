import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changeRecording, readRecording, type RecordingSettings } from '../../api/recordings.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { NumberField } from '../../parts/fields.tsx';
import { Field, Form, FormActions } from '../../parts/form.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { linesOf } from '../../words/lines.ts';

const FIRST_PERCENT = 10;
const NAMES = [
  ['redact_body', 'Members of bodies', 'At each depth, in any case; one name a line'],
  ['redact_metadata', 'Entries of metadata', 'And claims that are made of them'],
  ['redact_claims', 'Claims', 'Of tokens of other issuers, and those that are set without code'],
] as const;

/** How much is recorded, and what of it is left out. */
export function EditRecording({ now, onClose }: { now: RecordingSettings; onClose: () => void }) {
  const [draft, setDraft] = useState(() => ({
    percent: now.percent === 0 ? FIRST_PERCENT : now.percent,
    max_mib: now.max_mib,
    max_hours: now.max_hours,
    redact_body: now.redact_body.join('\n'),
    redact_metadata: now.redact_metadata.join('\n'),
    redact_claims: now.redact_claims.join('\n'),
  }));
  const change = (part: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...part }));
  const queries = useQueryClient();
  const tell = useTell();
  const save = useMutation({
    mutationFn: async () => {
      const fresh = await readRecording();
      if (JSON.stringify(fresh) !== JSON.stringify(now))
        throw new Error('Somebody has changed this since it was opened: close it, and look at it again.');
      return changeRecording({
        ...draft,
        redact_body: linesOf(draft.redact_body),
        redact_metadata: linesOf(draft.redact_metadata),
        redact_claims: linesOf(draft.redact_claims),
      });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['recordings'] });
      tell(`${String(draft.percent)} % of the requests are recorded`);
      onClose();
    },
  });
  return (
    <Dialog title="Record requests" onClose={onClose}>
      <Form what="Nothing was changed." error={save.error} onSubmit={() => save.mutate()}>
        <div className="form-grid">
          <NumberField
            label="Percent of the requests"
            path="recording.percent"
            min={0}
            max={100}
            step="any"
            value={draft.percent}
            onChange={(percent) => change({ percent })}
          />
          <NumberField
            label="Most MiB"
            path="recording.max_mib"
            min={1}
            max={4_096}
            value={draft.max_mib}
            onChange={(max_mib) => change({ max_mib })}
          />
          <NumberField
            label="Most hours"
            path="recording.max_hours"
            min={1}
            max={720}
            value={draft.max_hours}
            onChange={(max_hours) => change({ max_hours })}
          />
        </div>
        <fieldset className="rows">
          <legend>Left out beside credentials</legend>
          {NAMES.map(([name, label, hint]) => (
            <Field key={name} label={label} path={`recording.${name}`} hint={hint}>
              {(props) => (
                <textarea
                  {...props}
                  className="mono"
                  rows={2}
                  spellCheck={false}
                  value={draft[name]}
                  onChange={({ target }) => change({ [name]: target.value })}
                />
              )}
            </Field>
          ))}
        </fieldset>
        <p className="hint">What is recorded already stays as it is.</p>
        <FormActions verb={now.percent === 0 ? 'Record' : 'Save'} isBusy={save.isPending} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
