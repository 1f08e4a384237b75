import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { updateClient, type Client } from '../../api/clients.ts';
import { ClaimsField } from '../../parts/claims-field.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { CheckField, ChoiceField, TextField } from '../../parts/fields.tsx';
import { Form, FormActions } from '../../parts/form.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { methodInWords } from '../../words/authentication.ts';
import { changesOf, draftOf, SECRET_METHODS, type ClientDraft, type SecretMethod } from './client-draft.ts';
import { MetadataField } from './metadata-field.tsx';

/** What can be changed of a client: of each member only what differs is sent. */
export function EditClient({ client, onClose }: { client: Client; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(client));
  const change = (part: Partial<ClientDraft>): void => setDraft((now) => ({ ...now, ...part }));
  const queries = useQueryClient();
  const tell = useTell();
  const save = useMutation({
    mutationFn: () => updateClient(client.client_id ?? '', changesOf(client, draft)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['clients'] });
      tell('The client is saved');
      onClose();
    },
  });
  return (
    <Dialog title={`Edit ${client.name ?? ''}`} onClose={onClose}>
      <Form what="The client is as it was." error={save.error} onSubmit={() => save.mutate()}>
        <TextField label="Name" path="name" isRequired value={draft.name} onChange={(name) => change({ name })} />
        {draft.method !== undefined && (
          <ChoiceField<SecretMethod>
            label="Authentication"
            path="token_endpoint_auth_method"
            value={draft.method}
            options={SECRET_METHODS.map((method) => [method, methodInWords(method)] as const)}
            onChange={(method) => change({ method })}
          />
        )}
        <CheckField
          label="Its tokens must be bound to a key or certificate"
          isChecked={draft.mustProve}
          onChange={(mustProve) => change({ mustProve })}
        />
        <div className="form-grid">
          <TextField
            label="Tokens an hour"
            path="token_quota.client_credentials.per_hour"
            placeholder="no quota"
            value={draft.perHour}
            onChange={(perHour) => change({ perHour })}
          />
          <TextField
            label="Tokens a day"
            path="token_quota.client_credentials.per_day"
            placeholder="no quota"
            value={draft.perDay}
            onChange={(perDay) => change({ perDay })}
          />
        </div>
        <MetadataField rows={draft.metadata} onChange={(metadata) => change({ metadata })} />
        <ClaimsField text={draft.claims} onChange={(claims) => change({ claims })} />
        <TextField
          label="The API that it is"
          path="resource_server_identifier"
          hint="Its identifier; then the client may ask about the tokens of the API (introspection)."
          placeholder="none"
          isMono
          value={draft.itsApi}
          onChange={(itsApi) => change({ itsApi })}
        />
        <FormActions verb="Save" isBusy={save.isPending} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
