import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { updateApi, type Api } from '../../api/apis.ts';
import { ClaimsField } from '../../parts/claims-field.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { ChoiceField, TextField } from '../../parts/fields.tsx';
import { Form, FormActions } from '../../parts/form.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { changesOf, DIALECTS, draftOf, SIGNING_ALGS, type ApiDraft } from './api-draft.ts';
import { BINDINGS, BOUND_TO, mechanismOf } from './bindings.ts';
import { ScopesField } from './scopes-field.tsx';

/** What can be changed of an API: of each member only what differs is sent. */
export function EditApi({ api, onClose }: { api: Api; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(api));
  const change = (part: Partial<ApiDraft>): void => setDraft((now) => ({ ...now, ...part }));
  const queries = useQueryClient();
  const tell = useTell();
  const save = useMutation({
    mutationFn: () => updateApi(api.id, changesOf(api, draft)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['apis'] });
      tell('The API is saved');
      onClose();
    },
  });
  return (
    <Dialog title={`Edit ${api.name ?? api.identifier}`} onClose={onClose}>
      <Form what="The API is as it was." error={save.error} onSubmit={() => save.mutate()}>
        <TextField label="Name" path="name" value={draft.name} onChange={(name) => change({ name })} />
        <div className="form-grid">
          <TextField
            label="Token lifetime, seconds"
            path="token_lifetime"
            isRequired
            value={draft.lifetime}
            onChange={(lifetime) => change({ lifetime })}
          />
          <ChoiceField
            label="Signed with"
            path="signing_alg"
            value={draft.alg}
            options={SIGNING_ALGS.map((alg) => [alg, alg] as const)}
            onChange={(alg) => change({ alg })}
          />
        </div>
        <ChoiceField
          label="Shape of its tokens"
          path="token_dialect"
          value={draft.dialect}
          options={DIALECTS}
          onChange={(dialect) => change({ dialect })}
        />
        <ChoiceField
          label={BOUND_TO[mechanismOf(api)]}
          path="proof_of_possession"
          value={draft.binding}
          options={BINDINGS}
          onChange={(binding) => change({ binding })}
        />
        <ScopesField rows={draft.scopes} onChange={(scopes) => change({ scopes })} />
        <ClaimsField text={draft.claims} onChange={(claims) => change({ claims })} />
        <FormActions verb="Save" isBusy={save.isPending} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
